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
    #expect(held.map { String(buffer: $0.bytes) } == ["1", "2"])
    #expect(outlet.put(frame("3")) == .queued, "still closed: what was taken is not queued yet")
    #expect(outlet.takeHeldOrOpen()?.count == 1)
    #expect(outlet.takeHeldOrOpen() == nil)
    #expect(outlet.put(frame("4")) == .queued)
    socket.flush()
    #expect(socket.sent == ["4"])
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
    #expect(count == 16_384)
  }
}
