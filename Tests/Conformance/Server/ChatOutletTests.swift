import NIOCore
import Testing

@testable import Server

@Suite struct ChatOutletTests {
  private func frame(_ text: String) -> Frame { Frame(bytes: ByteBuffer(string: text)) }

  @Test func framesWaitUntilItOpensAndKeepTheirOrder() throws {
    let socket = RecordingSocket()
    let outlet = Outlet(to: socket)
    #expect(outlet.put(frame("1")) == .queued)
    #expect(outlet.put(frame("2")) == .queued)
    socket.flush()
    #expect(socket.sent == [])
    let held = try #require(outlet.takeHeldOrOpen())
    #expect(held.map { String(buffer: $0.message.bytes) } == ["1", "2"])
    #expect(outlet.put(frame("3")) == .queued, "still closed: what was taken is not queued yet")
    #expect(outlet.takeHeldOrOpen()?.count == 1)
    #expect(outlet.takeHeldOrOpen()?.count == nil)
    #expect(outlet.put(frame("4")) == .queued)
    socket.flush()
    #expect(socket.sent == ["4"])
  }

  @Test func whatTheReplayHasShownIsDroppedWheneverItComes() throws {
    func message(_ id: Int64) -> Frame {
      Frame(bytes: ByteBuffer(string: "\(id)"), introduces: id)
    }
    let socket = RecordingSocket()
    let outlet = Outlet(to: socket)
    for id in [4, 5, 6, 9] as [Int64] { #expect(outlet.put(message(id)) == .queued) }
    let text = NewMessage(sender: UserName("a"), content: "x", createdAt: .zero)
    let shown = [5, 8].map { StoredMessage(id: $0, message: text) }
    outlet.note(ShownMessages(Replay(messages: shown, oldestOfAll: shown[0].id)))
    #expect(outlet.takeHeldOrOpen()?.map(\.introduces) == [6, 9], "4 is older than a full replay")
    #expect(outlet.takeHeldOrOpen()?.count == nil)
    for frame in [message(8), message(7), message(10), frame("x")] {
      #expect(outlet.put(frame) == .queued)
    }
    socket.flush()
    #expect(socket.sent == ["7", "10", "x"])
  }

  @Test func aFullSocketIsReported() {
    let socket = RecordingSocket()
    socket.stall(capacity: 1)
    let outlet = Outlet(to: socket)
    _ = outlet.takeHeldOrOpen()
    #expect(outlet.put(frame("1")) == .queued)
    #expect(outlet.put(frame("2")) == .full)
  }

  @Test func whatWaitsIsBounded() {
    let outlet = Outlet(to: RecordingSocket())
    var count = 0
    while outlet.put(frame("x")) == .queued, count < 100_000 { count += 1 }
    #expect(count == 16_384 && outlet.heldByteCount == count)
    outlet.abandon()
    #expect(outlet.heldByteCount == 0 && outlet.put(frame("x")) == .queued, "dropped: it is over")
    #expect(outlet.heldByteCount == 0)
    let large = Outlet(to: RecordingSocket())
    let megabyte = frame(String(repeating: "x", count: 1 << 20))
    var largeCount = 0
    while large.put(megabyte) == .queued, largeCount < 100 { largeCount += 1 }
    #expect(largeCount == 32)
  }
}
