import Logging
import NIOConcurrencyHelpers

extension ChatRoom {
  /// Finds messages that the user may see.
  func search(_ message: WireMessage, from session: ChatSession) {
    let query = message.content
    guard !query.utf8.contains(0), query.utf8.count <= settings.maxTextBytes else {
      reply("Search failed: invalid query", to: session)
      return
    }
    answer(session, "Search failed") { room in
      let hits = try await room.archive.search(query, for: session.name)
      if hits.isEmpty { return "No results found for: \(query)" }
      return "Search results for '\(query)' (\(hits.count) found):\n"
        + hits.map { "  \($0.line)\n" }.joined()
    }
  }

  /// Lists the pins, or sets or lifts one.
  func pin(_ message: WireMessage, from session: ChatSession) {
    if message.messageID > 0 {
      guard session.isAdmin else {
        reply("Only admins can pin messages", to: session)
        return
      }
      store(
        .togglePin(target: message.messageID, by: session.name), from: session,
        orReply: "Pin failed")
      return
    }
    answer(session, "Pin list failed") { room in
      let pins = try await room.archive.pinnedMessages(
        for: session.name, atMost: Self.maxPinCount)
      if pins.isEmpty { return "No pinned messages" }
      return "Pinned messages (\(pins.count)):\n"
        + pins.map { "  #\($0.id) \($0.line)\n" }.joined()
        + (pins.count < Self.maxPinCount ? "" : "  (older ones are left out)\n")
    }
  }

  /// How many pins one answer lists.
  private static let maxPinCount = 100

  private func answer(
    _ session: ChatSession, _ failure: String,
    _ question: @escaping @Sendable (ChatRoom) async throws -> String
  ) {
    guard questions.withLockedValue({ $0.open(session.id) }) else {
      return reply("\(failure): too much is being looked up; try again in a moment", to: session)
    }
    Task {
      do {
        reply(try await question(self), to: session)
      } catch {
        logger.error("a query of the chat failed", metadata: ["error": "\(error)"])
        reply("\(failure): the database could not be read", to: session)
      }
      questions.withLockedValue { $0.close(session.id) }
    }
  }
}

extension StoredMessage {
  /// The message in one line of a list: when, who, what, cut to a readable length.
  var line: String {
    let maxCharacterCount = 300
    let text = message.content
    let cut = text.count > maxCharacterCount ? text.prefix(maxCharacterCount) + "…" : text[...]
    return "[\(message.createdAt.monthDayHourMinute) UTC] \(message.sender.display): \(cut)"
  }
}

extension WireTime {
  /// `MM/DD HH:MM` in UTC.
  var monthDayHourMinute: String {
    // RFC 3339 has fixed columns: 2026-08-15T10:00:00Z.
    let text = Array(rfc3339)
    return String(text[5..<7]) + "/" + String(text[8..<10]) + " " + String(text[11..<16])
  }
}
