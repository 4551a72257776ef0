/// Statements in the order they were sent: a ring that grows.
struct PostgresQueue {
  private var items: [PostgresPipelined?] = Array(repeating: nil, count: 64)
  private var head = 0
  private(set) var count = 0

  var first: PostgresPipelined? { count == 0 ? nil : items[head] }

  mutating func append(_ item: PostgresPipelined) {
    if count == items.count { grow() }
    items[(head + count) & (items.count - 1)] = item
    count += 1
  }

  mutating func removeFirst() -> PostgresPipelined? {
    guard count > 0 else { return nil }
    defer {
      items[head] = nil
      head = (head + 1) & (items.count - 1)
      count -= 1
    }
    return items[head]
  }

  mutating func removeAll() -> [PostgresPipelined] {
    var all: [PostgresPipelined] = []
    while let item = removeFirst() { all.append(item) }
    return all
  }

  func first(where condition: (PostgresPipelined) -> Bool) -> PostgresPipelined? {
    for offset in 0..<count {
      if let item = items[(head + offset) & (items.count - 1)], condition(item) { return item }
    }
    return nil
  }

  func forEach(_ body: (PostgresPipelined) -> Void) {
    for offset in 0..<count {
      if let item = items[(head + offset) & (items.count - 1)] { body(item) }
    }
  }

  private mutating func grow() {
    let inOrder = (0..<count).map { items[(head + $0) & (items.count - 1)] }
    items = inOrder + Array(repeating: nil, count: count)
    head = 0
  }
}
