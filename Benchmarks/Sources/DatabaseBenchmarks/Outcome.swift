import CRawWork

/// What one contender did in one round.
struct Outcome {
  /// Rows read or written.
  var operations: Int
  var elapsed: Elapsed
  /// nil for writes, which are checked by reading the table afterwards.
  var checksum: Checksum?

  /// Operations per second of wall-clock time.
  var rate: Double { Double(operations) / max(elapsed.seconds, 1e-9) }

  /// Processor time of this process per operation, in microseconds.
  var microsecondsOfCPU: Double { elapsed.cpuSeconds * 1e6 / Double(max(operations, 1)) }
}

extension Outcome {
  /// What a C loop did.
  init(_ outcome: raw_outcome, _ elapsed: Elapsed, writes: Bool) {
    self.init(
      operations: Int(outcome.operations), elapsed: elapsed,
      checksum: writes ? nil : Checksum(integers: outcome.integers, doubles: outcome.doubles))
  }
}

extension raw_outcome {
  /// Takes what another loop did to it.
  mutating func add(_ other: raw_outcome) {
    operations += other.operations
    integers &+= other.integers
    doubles += other.doubles
  }
}
