import Synchronization

/// Where the session that was given back last waits for the next holder, who finds it with one atomic
/// exchange instead of the pool's lock.
///
/// ``PoolStateMachine`` is told late: for it a parked session is still with its last holder. So whoever
/// needs the truth clears the space first, under the pool's lock; and while somebody waits for a
/// connection the space stays shut, so that every session given back goes to the one who asked first.
/// [POOL-1]
struct ParkingSpace: ~Copyable, Sendable {
  // One of the two constants, or the address of a session that the pool's table keeps alive.
  private let occupant = Atomic<UInt>(ParkingSpace.nobody)
  private static let nobody: UInt = 0
  // No object has an odd address.
  private static let isShut: UInt = 1

  /// Takes the parked session out, if there is one.
  @inline(__always)
  borrowing func take() -> Unmanaged<Session>? {
    let address = occupant.load(ordering: .relaxed)
    guard address > Self.isShut,
      occupant.compareExchange(
        expected: address, desired: Self.nobody, ordering: .acquiringAndReleasing
      ).exchanged
    else { return nil }
    return Self.session(at: address)
  }

  /// Parks a session; false if the space is taken or shut.
  @inline(__always)
  borrowing func park(_ session: Session) -> Bool {
    occupant.compareExchange(
      expected: Self.nobody,
      desired: UInt(bitPattern: Unmanaged.passUnretained(session).toOpaque()),
      ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Lets nobody park; answers with who was parked. Under the pool's lock.
  borrowing func shut() -> Session? {
    let address = occupant.exchange(Self.isShut, ordering: .acquiringAndReleasing)
    return address > Self.isShut ? Self.session(at: address)?.takeUnretainedValue() : nil
  }

  /// Lets sessions park again. Under the pool's lock.
  borrowing func reopen() {
    _ = occupant.compareExchange(
      expected: Self.isShut, desired: Self.nobody, ordering: .releasing)
  }

  private static func session(at address: UInt) -> Unmanaged<Session>? {
    UnsafeRawPointer(bitPattern: address).map { Unmanaged.fromOpaque($0) }
  }
}
