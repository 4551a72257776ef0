#if canImport(Glibc)
import Glibc
#endif

/// A moment on a clock that only goes forward, in nanoseconds, true to some milliseconds.
///
/// The pool reads it for every lease. `ContinuousClock.Instant` is opaque to the compiler outside of
/// the standard library, which made every copy of it a call: a twentieth of a point select.
struct MonotonicTime: Sendable, Hashable, Comparable {
  let nanoseconds: Int64

  static var now: MonotonicTime {
    var time = timespec()
    // Kept up by the kernel at every tick: a memory access instead of asking the hardware.
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
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
