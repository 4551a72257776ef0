extension ChatRoom {
  /// The commands that take administrator rights.
  private static let adminCommands: Set = [
    ":cleardb", ":kick", ":ban", ":unban", ":allow", ":cleanup", ":forcedisconnect", ":backup",
    ":stats",
  ]

  /// A command line; anybody may send one.
  func command(_ line: String, from session: ChatSession) {
    guard let word = CommandTokens(line).words.first else { return }
    if !session.isAdmin, Self.adminCommands.contains(word) {
      reply("This command requires admin privileges", to: session)
    } else {
      reply("Unknown command: \(word)", to: session)
    }
  }
}
