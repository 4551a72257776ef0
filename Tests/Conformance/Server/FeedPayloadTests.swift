import NIOCore
import Testing

@testable import Server

/// How events stand in the database, how long they stay, and how often one looks for them.
@Suite struct FeedPayloadTests {
  private func event(_ address: FeedEvent.Address, _ text: String, id: Int64 = 0) -> FeedEvent {
    FeedEvent(introduces: id, address: address, body: ByteBuffer(string: text))
  }

  @Test func whatIsWrittenIsRead() throws {
    let events = [
      event(.audience(.channel("général")), "one", id: 7),
      event(.audience(.parties("ann", "bob")), ""), event(.everybody, "three"),
      event(.servers(topic: "people"), "four", id: -1),
    ]
    let rows = FeedPayload.encode(events)
    #expect(rows.count == 1)
    #expect(try FeedPayload.decode(rows[0]) == events)
    #expect(try FeedPayload.decode(FeedPayload.encode([])[0]) == [])
  }

  @Test func whatIsLongIsSeveralRows() throws {
    let text = String(repeating: "x", count: 100_000)
    let events =
      (0..<7).map { event(.everybody, text, id: Int64($0)) } + [
        event(.everybody, String(repeating: "y", count: 1 << 20))
      ]
    let rows = FeedPayload.encode(events)
    #expect(rows.map(\.count).allSatisfy { $0 <= FeedPayload.maxByteCount || $0 > 1 << 20 })
    #expect(try rows.flatMap { try FeedPayload.decode($0) } == events)
  }

  @Test func whatANewerServerAddsIsPassedOver() throws {
    var row = ByteBuffer(bytes: FeedPayload.encode([event(.everybody, "known")])[0])
    row.writeInteger(9 as UInt32)
    row.writeInteger(200 as UInt8)
    row.writeInteger(0 as Int64)
    #expect(try FeedPayload.decode(Array(row.readableBytesView)) == [event(.everybody, "known")])
  }

  @Test func whatIsNoneOfOursIsRefused() {
    let row = FeedPayload.encode([event(.audience(.channel("general")), "text")])[0]
    #expect(throws: FeedPayload.Unreadable.self) { try FeedPayload.decode([]) }
    #expect(throws: FeedPayload.Unreadable.self) { try FeedPayload.decode([2] + row.dropFirst()) }
    for count in 2..<row.count {
      #expect(throws: FeedPayload.Unreadable.self) { try FeedPayload.decode(Array(row[..<count])) }
    }
  }

  @Test func rowsStayForAnHourIfTheyAreNotTooMany() {
    let start = ContinuousClock.now
    var marks = FeedMarks(old: 3, newest: 10, at: start)
    #expect(marks.takeBoundary(at: start) == 3, "known to be old at the start")
    #expect(marks.takeBoundary(at: start) == nil)
    for number in 1...400 { marks.note(10 + Int64(number), 100, at: start + .seconds(number * 10)) }
    // After 4,000 seconds: what was the newest row an hour before stays.
    #expect(marks.takeBoundary(at: start + .seconds(4000)) == 50)
    #expect(marks.takeBoundary(at: start + .seconds(4000)) == nil)
    // In a minute more than may stay: nothing of it is removed within that minute.
    let flood = start + .seconds(5000)
    for number in 0..<100 { marks.note(1000 + Int64(number), 4 << 20, at: flood) }
    #expect((marks.takeBoundary(at: flood) ?? 0) < 1000)
    let boundary = marks.takeBoundary(at: flood + .seconds(60))
    #expect(boundary == 1034, "256 MiB stay, and the row before them")
  }

  @Test func oneLooksOftenWhileThereIsTraffic() {
    let start = ContinuousClock.now
    var pace = FeedPace(isTold: false, at: start)
    #expect(pace.pause(at: start) == FeedPace.minPause)
    #expect(pace.pause(at: start + .seconds(1)) == .milliseconds(50))
    #expect(pace.pause(at: start + .seconds(100)) == FeedPace.maxPause)
    pace.noteTraffic(at: start + .seconds(100))
    #expect(pace.pause(at: start + .seconds(100)) == FeedPace.minPause)
    // Where one is told, a look is for safety only, as long as nothing comes that was not told.
    pace.isTold = true
    #expect(pace.pause(at: start + .seconds(100)) == FeedPace.safetyPause)
    pace.noteSurprise(at: start + .seconds(110))
    #expect(pace.pause(at: start + .seconds(110)) == FeedPace.maxPause)
    #expect(pace.pause(at: start + .seconds(171)) == FeedPace.safetyPause)
  }
}
