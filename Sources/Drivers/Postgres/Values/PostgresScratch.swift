/// Memory for values of one row that have to be rewritten before they can be lent.
///
/// Addresses stay valid until ``rewind()``, also when more room is needed.
final class PostgresScratch {
  private var block = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var used = 0
  private var outgrown: [UnsafeMutableRawBufferPointer] = []

  private static let smallestBlock = 512

  deinit {
    block.deallocate()
    for old in outgrown { old.deallocate() }
  }

  /// Takes everything back.
  @inline(__always)
  func rewind() {
    if used > 0 { takeBack() }
  }

  /// Room for that many bytes.
  func take(_ count: Int) -> UnsafeMutableBufferPointer<UInt8> {
    if used + count > block.count {
      if block.count > 0 { outgrown.append(block) }
      let byteCount = max(block.count * 2, count, Self.smallestBlock)
      block = .allocate(byteCount: byteCount, alignment: 8)
      used = 0
    }
    defer { used += count }
    return UnsafeMutableRawBufferPointer(rebasing: block[used..<(used + count)])
      .bindMemory(to: UInt8.self)
  }

  private func takeBack() {
    used = 0
    if outgrown.isEmpty { return }
    for old in outgrown { old.deallocate() }
    outgrown.removeAll(keepingCapacity: true)
  }
}
