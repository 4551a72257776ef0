import Foundation
import NIOCore
import Testing

@testable import Server

extension TransportSuites {
  @Suite(.timeLimit(.minutes(3))) struct AutobahnTests {
    private typealias Client = TestWebSocketClient

    @Test func everyCaseEndsAsItShould() async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, promise) in AutobahnCase.all.enumerated() {
          if index >= 8 { try await group.next() }
          group.addTask { try await Self.run(promise) }
        }
        try await group.waitForAll()
      }
    }

    private static func run(_ promise: AutobahnCase) async throws {
      try await TransportRig.run(
        .echo(maxBytes: 16 << 20), configure: { $0.limits.maxQueuedFrames = 2000 }
      ) { rig in
        let client = try await rig.client()
        // While it is being sent the other side may have closed already.
        async let sending: Void = send(promise.bytes(), promise.chop, client)
        for event in promise.said() {
          let came = try await client.nextEvent(timeout: .seconds(30))
          guard came == event else {
            Issue.record("\(promise.id): \(event) was expected, not \(came)")
            return
          }
        }
        switch promise.end {
        case .clean:
          try await sending
          try await client.sendClose(code: 1000)
          #expect(try await client.nextEvent() == .close(code: 1000, reason: ""), "\(promise.id)")
        case .answered(let code):
          #expect(try await client.nextEvent() == .close(code: code, reason: ""), "\(promise.id)")
        case .failed(let code):
          guard case .close(code, _) = try await client.nextEvent() else {
            Issue.record("\(promise.id) was not failed with \(code)")
            return
          }
        }
        #expect(try await client.nextEvent() == .eof, "\(promise.id)")
      }
    }

    private static func send(_ bytes: [UInt8], _ chop: Int?, _ client: Client) async throws {
      guard let chop else { return try await client.sendRaw(bytes) }
      var rest = bytes[...]
      while !rest.isEmpty {
        try await client.sendRaw(Array(rest.prefix(chop)))
        rest = rest.dropFirst(chop)
      }
    }

    @Test func theTableOfResultsNamesEveryCase() throws {
      let sections = Set(AutobahnCase.all.map { $0.id.split(separator: ".")[0] })
      #expect(sections == ["1", "2", "3", "4", "5", "6", "7", "9", "10"])
      #expect(Set(AutobahnCase.all.map(\.id)).count == AutobahnCase.all.count)
      let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Documentation/websocket.md")
      let table = try String(contentsOf: file, encoding: .utf8)
      #expect(table.contains("\(AutobahnCase.all.count) cases"), "\(AutobahnCase.all.count)")
    }
  }
}
