import Glibc

/// Time that passed and processor time that this process spent (all threads, user and system).
struct Elapsed {
  var seconds: Double
  var cpuSeconds: Double
}

/// Measures a stretch of work; start it immediately before.
struct Stopwatch {
  private let start = ContinuousClock.now
  private let cpuStart = Stopwatch.cpuSeconds()

  /// The time since the stopwatch was made.
  func elapsed() -> Elapsed {
    let duration = start.duration(to: .now)
    let seconds =
      Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    return Elapsed(seconds: seconds, cpuSeconds: Stopwatch.cpuSeconds() - cpuStart)
  }

  private static func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}
