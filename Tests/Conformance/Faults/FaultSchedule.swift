import DriverAPI

/// The faults that wait to happen, shared by all connections of a proxy.
final class FaultSchedule: Sendable {
  private struct Armed {
    var fault: Fault
    var left: Int
  }

  private let armed = Mutex<[Armed]>([])
  private let delay = Mutex(Duration.zero)
  private let sent = Mutex((count: 0, isAnswered: true))

  /// How long everything is held back in each direction.
  var latency: Duration {
    get { delay.withLock { $0 } }
    set { delay.withLock { $0 = newValue } }
  }

  func arm(_ fault: Fault) {
    let left =
      switch fault.point {
      case .byte(let number), .message(let number): number
      }
    armed.withLock { $0.append(Armed(fault: fault, left: left)) }
  }

  /// How much clients have asked for; see ``FaultProxy/requestCount``.
  var requestCount: Int { sent.withLock { $0.count } }

  /// A client has sent so many messages, or, where that cannot be told, something.
  func noteRequest(messageCount: Int?) {
    sent.withLock { sent in
      sent.count += messageCount ?? (sent.isAnswered ? 1 : 0)
      sent.isAnswered = false
    }
  }

  func noteAnswer() { sent.withLock { $0.isAnswered = true } }

  func clear() { armed.withLock { $0 = [] } }

  /// How many have not happened yet.
  var count: Int { armed.withLock { $0.count } }

  /// Counts bytes that are about to pass, and the messages that begin among them.
  ///
  /// - Parameter starts: offsets from 0 at which messages begin.
  /// - Returns: the first fault that strikes, and before which byte; it is armed no longer.
  func strike(
    _ direction: Fault.Direction, byteCount: Int, starts: [Int]
  ) -> (action: Fault.Action, offset: Int)? {
    armed.withLock { armed in
      var hit: (index: Int, offset: Int)?
      for index in armed.indices where armed[index].fault.direction == direction {
        guard let offset = offset(of: armed[index], byteCount, starts) else { continue }
        if offset < hit?.offset ?? .max { hit = (index, offset) }
      }
      let passed = hit?.offset ?? byteCount
      for index in armed.indices where armed[index].fault.direction == direction {
        switch armed[index].fault.point {
        case .byte: armed[index].left -= passed
        case .message: armed[index].left -= starts.count { $0 < passed }
        }
      }
      guard let hit else { return nil }
      return (armed.remove(at: hit.index).fault.action, hit.offset)
    }
  }

  private func offset(of armed: Armed, _ byteCount: Int, _ starts: [Int]) -> Int? {
    switch armed.fault.point {
    case .byte: armed.left < byteCount ? max(0, armed.left) : nil
    case .message: armed.left < starts.count ? starts[max(0, armed.left)] : nil
    }
  }
}
