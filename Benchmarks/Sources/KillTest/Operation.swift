/// Something a writer does and waits to see again.
enum Operation: Hashable {
  case text(Nonce)
  case edit(Int64, version: Int)
  case delete(Int64)
  case reaction(StoredState.Reaction, isRemoval: Bool)
  case receipt(Int64)
  case join(String)

  /// The kind in one word.
  var kind: String {
    switch self {
    case .text: "text"
    case .edit: "edit"
    case .delete: "delete"
    case .reaction: "reaction"
    case .receipt: "receipt"
    case .join: "join"
    }
  }
}
