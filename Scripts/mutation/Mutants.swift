import Glibc

/// Which mutant is on, and which were reached. Part of the mutated copy alone.
public enum Mutants {
  private static let chosen: Int = getenv("DOVETAIL_MUTANT").flatMap { Int(String(cString: $0)) } ?? -1
  private nonisolated(unsafe) static let reached: UnsafeMutablePointer<UInt8>? = {
    guard getenv("DOVETAIL_MUTANT_REACH") != nil else { return nil }
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
    bytes.initialize(repeating: 0, count: 1 << 16)
    atexit { Mutants.write() }
    return bytes
  }()

  public static func isOn(_ number: Int) -> Bool {
    if let reached { reached[number] = 1 }
    return number == chosen
  }

  private static func write() {
    guard let reached, let path = getenv("DOVETAIL_MUTANT_REACH"), let file = fopen(path, "w") else { return }
    for number in 0..<(1 << 16) where reached[number] != 0 { fputs("\(number)\n", file) }
    fclose(file)
  }
}
