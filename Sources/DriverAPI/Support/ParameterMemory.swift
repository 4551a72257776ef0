/// Copies of parameters at addresses that stay the same, for libraries that keep pointers into what
/// was bound until the statement has run. [BIND-1]
///
/// Used by one task at a time.
public final class ParameterMemory {
  private var blocks: [UnsafeMutableRawPointer] = []

  /// No copies yet.
  public init() {}

  deinit { removeAll() }

  /// Copies the values one behind another. The address is aligned to 16 bytes, and there even if
  /// there are no values; it is good until ``removeAll()``.
  public func copy<T: BitwiseCopyable>(_ values: [T]) -> UnsafeMutableRawPointer {
    let byteCount = values.count * MemoryLayout<T>.stride
    let block = UnsafeMutableRawPointer.allocate(byteCount: max(1, byteCount), alignment: 16)
    values.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress { block.copyMemory(from: source, byteCount: byteCount) }
    }
    blocks.append(block)
    return block
  }

  /// Frees all copies.
  public func removeAll() {
    for block in blocks { block.deallocate() }
    blocks.removeAll(keepingCapacity: true)
  }
}
