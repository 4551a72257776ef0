import Testing

@testable import KillTest

/// What the watchers of a cluster note must be compared with what is stored.
@Suite("What the cluster test notices")
struct WatcherTests {
  private let ledger = Ledger(userCount: 1)

  private func state(_ ids: [Int64], elsewhere: [Int64] = []) -> StoredState {
    func row(_ id: Int64, _ channel: String) -> StoredState.Message {
      StoredState.Message(
        id: id, messageID: id, sender: "kt-1", content: "", edited: false, deleted: false,
        channel: channel)
    }
    return StoredState(
      messages: ids.map { row($0, "general") } + elsewhere.map { row($0, "kt-room-1") })
  }

  private func violations(
    _ ids: [Int64], isWhole: Bool = true, _ state: StoredState
  ) -> [String] {
    ledger.verify(
      [Watcher.Notes(server: 0, channel: "general", ids: ids, isWhole: isWhole)], against: state)
    return ledger.takeReport().violations
  }

  @Test("A channel as it is stored, from the middle on")
  func clean() {
    #expect(violations([3, 5, 8], state([1, 3, 5, 8], elsewhere: [2, 4])) == [])
    #expect(violations([], state([])) == [])
    #expect(violations([3, 5], isWhole: false, state([1, 3, 5, 8])) == [])
  }

  @Test(
    "A gap, a double, a wrong order, a stranger, an end that is missing",
    arguments: [
      [1, 5, 8], [1, 3, 3, 5, 8], [1, 5, 3, 8], [1, 3, 5, 7, 8], [1, 3, 5], [1, 3, 5, 8, 9], [9],
      [],
    ])
  func broken(_ ids: [Int64]) {
    #expect(violations(ids, state([1, 3, 5, 8], elsewhere: [7])).count == 1)
  }

  @Test("The proxy's configuration with other addresses")
  func proxy() throws {
    let text = """
      frontend chat
          bind :8080
      backend servers
          server a 10.0.0.1:1
          server b 10.0.0.2:1

      """
    let adapted = try HAProxy.adapted(text, port: 7, servers: [8, 9, 10])
    #expect(
      adapted == """
        frontend chat
            bind 127.0.0.1:7
        backend servers
            server chat1 127.0.0.1:8
            server chat2 127.0.0.1:9
            server chat3 127.0.0.1:10

        """)
    #expect(throws: (any Error).self) {
      try HAProxy.adapted("frontend chat\n", port: 7, servers: [8])
    }
  }
}
