import Glibc

/// Which mutant is on, and which were reached. Part of the mutated copy alone.
public enum Mutants {
  private static let capacity = 1 << 16
  private static let chosen: Int = getenv("DOVETAIL_MUTANT").flatMap { Int(String(cString: $0)) } ?? -1
  /// When each was reached last, by the number of the check that began last. What races there may be lose nothing that
  /// matters: a check is over when it is asked for.
  private nonisolated(unsafe) static let reached: UnsafeMutablePointer<UInt32>? = {
    guard getenv("DOVETAIL_MUTANT_REACH") != nil else { return nil }
    let numbers = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
    numbers.initialize(repeating: 0, count: capacity)
    return numbers
  }()
  private nonisolated(unsafe) static var checkCount: UInt32 = 0
  private nonisolated(unsafe) static var mutex: UnsafeMutablePointer<pthread_mutex_t> = {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    return mutex
  }()

  @inline(__always)
  public static func isOn(_ number: Int) -> Bool {
    if let reached { reached[number] = checkCount }
    return number == chosen
  }

  /// A check begins.
  public static func begin() -> (number: UInt32, since: ContinuousClock.Instant) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    checkCount += 1
    return (checkCount, .now)
  }

  /// It has ended: writes what was reached meanwhile.
  public static func end(_ check: (number: UInt32, since: ContinuousClock.Instant), _ name: String) {
    guard let reached, let path = getenv("DOVETAIL_MUTANT_REACH") else { return }
    let numbers = (0..<capacity).filter { reached[$0] >= check.number }.map(String.init).joined(separator: " ")
    let seconds = (ContinuousClock.now - check.since) / .seconds(1)
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard let file = fopen(path, "a") else { return }
    fputs("\(seconds)\t\(name)\t\(numbers)\n", file)
    fclose(file)
  }
}
