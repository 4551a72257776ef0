/// Thrown by a check that cannot be made of an engine: its SQL has no words for what is asked, or the harness
/// knows none. Neither a failure nor a promise that was kept; the reason stands in the report.
struct NotSaid: Error, CustomStringConvertible {
  /// What is missing, as a sentence without its end.
  let description: String

  init(_ reason: String) { description = reason }
}
