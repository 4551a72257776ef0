import Synchronization

/// Where the session that was given back last waits for the next holder, who finds it with one atomic
/// exchange instead of the pool's lock.
///
/// ``PoolStateMachine`` is told late: for it a session in the slot is still with its last holder. So whoever
/// needs the truth closes the slot first, under the pool's lock; and while somebody waits for a
/// connection the slot stays closed, so that every session given back goes to the one who asked first.
/// [POOL-1]
struct IdleSlot: ~Copyable, Sendable {
  // One of the two constants, or the address of a session that the pool's table keeps alive.
  private let occupant = Atomic<UInt>(IdleSlot.nobody)
  private static let nobody: UInt = 0
  // No object has an odd address.
  private static let isClosed: UInt = 1

  /// Takes the session out, if there is one.
  @inline(__always)
  borrowing func take() -> Unmanaged<Session>? {
    let address = occupant.load(ordering: .relaxed)
    guard address > Self.isClosed,
      occupant.compareExchange(
        expected: address, desired: Self.nobody, ordering: .acquiringAndReleasing
      ).exchanged
    else { return nil }
    return Self.session(at: address)
  }

  /// Puts a session in; false if the slot is taken or closed.
  @inline(__always)
  borrowing func put(_ session: Session) -> Bool {
    occupant.compareExchange(
      expected: Self.nobody,
      desired: UInt(bitPattern: Unmanaged.passUnretained(session).toOpaque()),
      ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Lets nobody in; answers with who was there. Under the pool's lock.
  borrowing func close() -> Session? {
    let address = occupant.exchange(Self.isClosed, ordering: .acquiringAndReleasing)
    return address > Self.isClosed ? Self.session(at: address)?.takeUnretainedValue() : nil
  }

  /// Lets sessions in again. Under the pool's lock.
  borrowing func reopen() {
    _ = occupant.compareExchange(
      expected: Self.isClosed, desired: Self.nobody, ordering: .releasing)
  }

  private static func session(at address: UInt) -> Unmanaged<Session>? {
    UnsafeRawPointer(bitPattern: address).map { Unmanaged.fromOpaque($0) }
  }
}
