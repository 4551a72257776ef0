/// What is known about one reaction. It is added once and taken away at most once, so that a frame
/// about it is never ambiguous.
struct ReactionRecord {
  var isAddSeen = false
  var isRemovalSent = false
  var isRemovalSeen = false
}
