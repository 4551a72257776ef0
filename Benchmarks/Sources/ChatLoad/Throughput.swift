import ArgumentParser
import ChatClient
import NIOPosix

/// Many senders at once.
struct Throughput: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Messages per second that are stored and back at their authors.")

  @OptionGroup var server: ServerOptions
  @OptionGroup var timing: TimingOptions

  @Option(help: "Users that send.")
  var senders = 64

  @Option(help: "Channels the senders are spread over.")
  var channels = 64

  func validate() throws {
    guard (1...100_000).contains(senders), (1...senders).contains(channels) else {
      throw ValidationError("--senders must be positive and --channels 1 to that number.")
    }
  }

  func run() async throws {
    let address = try server.address()
    let plan = LoadPlan(
      address: address, senderCount: senders, channelCount: channels, seconds: timing.seconds,
      warmUpSeconds: timing.warmUp, window: timing.window, rate: timing.rate,
      contentSize: timing.size, prefix: timing.prefix)
    try await LoadReport.make(plan, mode: "throughput", server: server.process(at: address))
  }
}

extension LoadReport {
  /// Runs `plan`, prints what came of it and fails if anything was lost.
  static func make(_ plan: LoadPlan, mode: String, server: ServerProcess?) async throws {
    try FileLimit.allow(sockets: plan.userCount)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let report = try await LoadRun.run(plan, on: loop, server: server)
    print(report.text(mode: mode))
    if !report.isClean { throw ExitCode.failure }
  }
}
