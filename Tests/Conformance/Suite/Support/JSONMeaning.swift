import FoundationEssentials

/// What a JSON text says, whatever the order of its members and its white space.
indirect enum JSONMeaning: Decodable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONMeaning])
  case object([String: JSONMeaning])

  init(_ json: String) throws {
    self = try JSONDecoder().decode(JSONMeaning.self, from: Data(json.utf8))
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([JSONMeaning].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONMeaning].self))
    }
  }
}
