public import DriverAPI

/// One promise of the driver contract, as something that can be checked on any database.
public struct Clause: Sendable {
  /// A check: returns if the promise was kept, throws ``ClauseFailure`` if it was not.
  public typealias Check = @Sendable (ConformanceContext) async throws -> Void

  /// The capability that switches a clause on.
  public typealias Requirement = any KeyPath<Capabilities, Bool> & Sendable

  /// How much of the machine a check needs.
  public enum Weight: Sendable {
    /// Runs beside others.
    case light
    /// Keeps a processor busy, or measures time: never beside another such check.
    case heavy
    /// Takes seconds in which it does next to nothing: beside all others, and many at once. What it measures
    /// must bear a busy machine.
    case waiting
  }

  /// The clause of the contract, such as `EXEC-1`. One clause may have several checks.
  public let id: String
  /// What is promised, as a sentence.
  public let title: String
  /// The capability without which the promise is not made; nil if every driver makes it.
  public let requirement: Requirement?
  /// How much of the machine the check needs.
  public let weight: Weight
  /// Where the check stands.
  let place: CallSite
  let check: Check
  /// Proves the opposite where the capability is off.
  let opposite: Check?

  /// A promise that every driver makes.
  public init(
    _ id: String, _ title: String, weight: Weight = .light, file: StaticString = #fileID,
    line: UInt = #line, _ check: @escaping Check
  ) {
    place = CallSite(file: file, line: line)
    self.id = id
    self.title = title
    self.weight = weight
    self.check = check
    requirement = nil
    opposite = nil
  }

  /// A promise that a capability switches on, and what is true without it.
  public init(
    _ id: String, _ title: String, needs requirement: Requirement, weight: Weight = .light,
    file: StaticString = #fileID, line: UInt = #line, otherwise opposite: @escaping Check,
    _ check: @escaping Check
  ) {
    place = CallSite(file: file, line: line)
    self.id = id
    self.title = title
    self.requirement = requirement
    self.weight = weight
    self.check = check
    self.opposite = opposite
  }
}

extension Clause: CustomStringConvertible {
  /// The clause and its sentence.
  public var description: String { "\(id) \(title)" }
}
