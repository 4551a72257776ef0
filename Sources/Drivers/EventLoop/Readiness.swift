import CEpoll

/// What a wait for a socket ended with.
package struct Readiness: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// There is something to read, or the end of the stream.
  package static let readable = Readiness(rawValue: 1)
  /// There is room to write.
  package static let writable = Readiness(rawValue: 2)
  /// The socket failed, was hung up on, or is no longer watched; the next call on it tells more.
  package static let failed = Readiness(rawValue: 4)
  /// ``SocketWatch/wake()`` ended the wait.
  package static let woken = Readiness(rawValue: 8)
  /// The deadline passed.
  package static let timedOut = Readiness(rawValue: 16)

  init(epollEvents events: UInt32) {
    self = []
    if events & dovetail_epoll_readable != 0 { insert(.readable) }
    if events & dovetail_epoll_writable != 0 { insert(.writable) }
    if events & dovetail_epoll_failed != 0 { insert(.failed) }
  }

  var epollEvents: UInt32 {
    (contains(.readable) ? dovetail_epoll_readable : 0)
      | (contains(.writable) ? dovetail_epoll_writable : 0) | dovetail_epoll_oneshot
  }

  init(pollEvents events: Int16) {
    self = []
    let events = Int32(events)
    if events & POLLIN != 0 { insert(.readable) }
    if events & POLLOUT != 0 { insert(.writable) }
    if events & (POLLERR | POLLHUP | POLLNVAL) != 0 { insert(.failed) }
  }

  var pollEvents: Int16 {
    Int16((contains(.readable) ? POLLIN : 0) | (contains(.writable) ? POLLOUT : 0))
  }
}
