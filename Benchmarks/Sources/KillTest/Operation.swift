/// Something a writer does and waits to see again.
enum Operation: Hashable {
  case text(Nonce)
  case edit(Int64, version: Int)
  case delete(Int64)
  case reaction(StoredState.Reaction, isRemoval: Bool)
  case receipt(Int64)
  case join(String)
}
