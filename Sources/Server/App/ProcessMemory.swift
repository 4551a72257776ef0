import Foundation

/// The memory of this process.
enum ProcessMemory {
  /// How often it is looked at.
  private static let interval = Duration.seconds(2)
  /// How much more must be held than there ever was need for before it is given back.
  private static let step = 24.0

  /// What is in use, in MiB, from the second number of `/proc/self/statm`, which counts pages; 0 where
  /// the system has none.
  static var residentMegabytes: Double {
    guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = statm.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
    else { return 0 }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
  }

  // Of the GNU C library, and in none of the headers that Swift imports of it.
  private static func trim() {
    typealias Trim = @convention(c) (_ pad: Int) -> Int32
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(symbol, to: Trim.self)(0)
  }

  /// Gives back what was freed, until the task is cancelled: the C library keeps it otherwise, and a
  /// flood that is long over would count for ever.
  static func giveBack() async {
    // Not what was held the last time: that may have been in the middle of the flood.
    var least = residentMegabytes
    while !Task.isCancelled {
      // Cancelling ends the sleep, and with it the loop.
      try? await Task.sleep(for: interval)
      guard residentMegabytes > least + step else { continue }
      trim()
      least = min(least, residentMegabytes)
    }
  }
}
