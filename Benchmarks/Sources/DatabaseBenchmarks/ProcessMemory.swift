import Foundation

/// The memory of this process as the kernel counts it.
struct ProcessMemory {
  /// Resident now, in KiB.
  var residentKiB: Int
  /// The most that was resident since the start or since `forgetPeak`, in KiB.
  var peakKiB: Int

  /// Reads `/proc/self/status`.
  static func read() throws -> ProcessMemory {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    func value(_ key: String) throws -> Int {
      guard
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key + ":") }),
        let number = line.split(whereSeparator: { !$0.isNumber }).first,
        let value = Int(number)
      else { throw BenchmarkError("/proc/self/status has no \(key).") }
      return value
    }
    return ProcessMemory(residentKiB: try value("VmRSS"), peakKiB: try value("VmHWM"))
  }

  /// Makes the kernel start its peak anew.
  static func forgetPeak() throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "/proc/self/clear_refs"))
    try file.write(contentsOf: Data("5".utf8))
    try file.close()
  }
}
