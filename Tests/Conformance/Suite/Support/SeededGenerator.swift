#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Random numbers that can be had again: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension ConformanceSuite {
  /// The seed of this run's generated inputs; set `DOVETAIL_SEED` to repeat a run.
  public static let seed: UInt64 = {
    if let text = getenv("DOVETAIL_SEED"), let seed = UInt64(String(cString: text)) { return seed }
    return UInt64.random(in: 0...UInt64(Int64.max))
  }()
}

/// Runs a check on generated inputs; a failure names the seed that repeats it.
func withSeed(_ body: (inout SeededGenerator) async throws -> Void) async throws {
  var generator = SeededGenerator(seed: ConformanceSuite.seed)
  do {
    try await body(&generator)
  } catch {
    throw ClauseFailure("\(error); repeat it with DOVETAIL_SEED=\(ConformanceSuite.seed)")
  }
}
