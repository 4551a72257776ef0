import NIOCore
import Testing

@testable import Server

@Suite struct TransportClockTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  private func clock() -> LivenessClock {
    var clock = LivenessClock(limits: TransportLimits(), now: start)
    clock.isHandshakePending = false
    return clock
  }

  private func at(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

  @Test func theHandshakeHasTenSeconds() {
    var clock = LivenessClock(limits: TransportLimits(), now: start)
    clock.heard(at: at(9))
    #expect(clock.due(at: at(9), bufferedCount: 0) == .nothing)
    #expect(clock.due(at: at(10), bufferedCount: 0) == .handshakeTimeout)
  }

  @Test func pingsComeEvery54Seconds() {
    var clock = clock()
    clock.heard(at: at(50))
    #expect(clock.due(at: at(53), bufferedCount: 0) == .nothing)
    #expect(clock.due(at: at(54), bufferedCount: 0) == .ping)
    #expect(clock.due(at: at(55), bufferedCount: 0) == .nothing)
    clock.heard(at: at(100))
    #expect(clock.due(at: at(108), bufferedCount: 0) == .ping)
  }

  @Test func silenceOf60SecondsIsTheEnd() {
    var clock = clock()
    clock.heard(at: at(59))
    #expect(clock.due(at: at(118), bufferedCount: 0) == .ping)
    #expect(clock.due(at: at(119), bufferedCount: 0) == .readTimeout)
  }

  @Test func takingNothingForTenSecondsIsTheEnd() {
    var clock = clock()
    clock.wrote(1000)
    #expect(clock.due(at: at(1), bufferedCount: 1000) == .nothing)
    #expect(clock.due(at: at(9), bufferedCount: 1000) == .nothing)
    clock.wrote(500)
    #expect(clock.due(at: at(10), bufferedCount: 1500) == .writeTimeout)
  }

  @Test func takingALittleIsEnough() {
    var clock = clock()
    clock.wrote(1000)
    #expect(clock.due(at: at(1), bufferedCount: 1000) == .nothing)
    #expect(clock.due(at: at(9), bufferedCount: 999) == .nothing)
    #expect(clock.due(at: at(18), bufferedCount: 999) == .nothing)
    #expect(clock.due(at: at(19), bufferedCount: 999) == .writeTimeout)
    #expect(clock.due(at: at(20), bufferedCount: 0) == .nothing)
  }
}
