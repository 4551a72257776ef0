import ArgumentParser
import ChatClient

/// One sender, many who hear it.
struct FanOut: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fanout", abstract: "One sender to many clients of one channel.")

  @OptionGroup var server: ServerOptions
  @OptionGroup var timing: TimingOptions

  @Option(help: "Users that listen beside the sender.")
  var clients = 100

  func validate() throws {
    guard (1...100_000).contains(clients) else {
      throw ValidationError("--clients must be 1 to 100000.")
    }
  }

  func run() async throws {
    let address = try server.address()
    let plan = LoadPlan(
      address: address, senderCount: 1, listenerCount: clients, channelCount: 1,
      seconds: timing.seconds, warmUpSeconds: timing.warmUp, window: timing.window,
      rate: timing.rate, contentSize: timing.size, prefix: timing.prefix)
    try await LoadReport.make(plan, mode: "fanout", server: server.process(at: address))
  }
}
