/// The machine this program was built for, in the words of the reference server's reports.
enum Platform {
  /// The operating system.
  static var system: String {
    #if os(Linux)
    "linux"
    #elseif os(macOS)
    "darwin"
    #else
    "other"
    #endif
  }

  /// The processor.
  static var architecture: String {
    #if arch(x86_64)
    "amd64"
    #elseif arch(arm64)
    "arm64"
    #else
    "other"
    #endif
  }
}
