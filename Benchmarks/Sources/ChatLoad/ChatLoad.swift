import ArgumentParser

/// A load client for any server that speaks the chat's wire.
@main
struct ChatLoad: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat-load", abstract: "Load for a chat server, from one event loop.",
    subcommands: [Throughput.self, FanOut.self, Idle.self, Crossing.self],
    defaultSubcommand: Throughput.self)
}
