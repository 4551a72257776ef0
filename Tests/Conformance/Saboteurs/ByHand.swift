/// Checks of the core's own promises, which no driver can break: the mutation of the core by which
/// each was seen to fail.
enum ByHand {
  static let mutations: [String: String] = [:]
}
