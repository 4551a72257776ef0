/// A ``CallSite`` in two words, so that it can be read while another thread writes it.
struct HolderSite: Sendable, Hashable {
  /// The address of the file's name, which ends with a zero byte and stays for the whole run, as the
  /// text of every `StaticString` does; 0 if it has none.
  let file: UInt
  let line: UInt

  init(file: UInt, line: UInt) {
    self.file = file
    self.line = line
  }

  @inline(__always)
  init(_ site: CallSite) {
    file = site.file.hasPointerRepresentation ? UInt(bitPattern: site.file.utf8Start) : 0
    line = site.line
  }
}

extension HolderSite: CustomStringConvertible {
  var description: String {
    guard let name = UnsafePointer<UInt8>(bitPattern: file) else { return "line \(line)" }
    return "\(String(cString: name)):\(line)"
  }
}
