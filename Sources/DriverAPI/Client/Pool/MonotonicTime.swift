#if canImport(Glibc)
import Glibc
#endif

/// A moment on a clock that only goes forward, in nanoseconds, true to some milliseconds.
///
/// The pool reads it for every lease. `ContinuousClock.Instant` is opaque to the compiler outside of
/// the standard library, which made every copy of it a call: a twentieth of a point select.
struct MonotonicTime: Sendable, Hashable, Comparable {
  let nanoseconds: Int64

  /// As of the kernel's last tick, at most four milliseconds ago.
  static var now: MonotonicTime {
    // A memory access instead of asking the hardware.
    read(CLOCK_MONOTONIC_COARSE)
  }

  /// To the microsecond, for some fifty nanoseconds.
  static var precise: MonotonicTime { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> MonotonicTime {
    var time = timespec()
    clock_gettime(clock, &time)
    return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// The time from another moment to this one, in nanoseconds.
  func since(_ other: MonotonicTime) -> Int64 { nanoseconds - other.nanoseconds }

  /// So many nanoseconds later.
  func advanced(by nanoseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: self.nanoseconds + nanoseconds)
  }

  static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Duration {
  /// In whole nanoseconds; the largest number for what is longer than that.
  var inNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return isTooLong
      ? .max : whole.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
  }
}
