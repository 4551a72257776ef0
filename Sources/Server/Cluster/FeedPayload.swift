import NIOCore

/// How events stand in the database.
///
/// A version, then each event with its length before it, so that a server can pass over what a newer one
/// has written: its kind, the id it introduces, whom it is for, and the rest is its body.
enum FeedPayload {
  /// A row holds no more than this, in bytes, but for a single event that is larger.
  static let maxByteCount = 256 << 10

  private static let version: UInt8 = 1

  private enum Kind: UInt8 {
    case channel = 1
    case parties = 2
    case everybody = 3
    case servers = 4
  }

  /// The events in as many rows as they need, at least one.
  static func encode(_ events: [FeedEvent]) -> [[UInt8]] {
    var rows: [[UInt8]] = []
    var row = ByteBuffer(integer: version)
    for event in events {
      if row.readableBytes > 1, row.readableBytes + event.body.readableBytes > maxByteCount {
        rows.append(Array(row.readableBytesView))
        row = ByteBuffer(integer: version)
      }
      write(event, to: &row)
    }
    rows.append(Array(row.readableBytesView))
    return rows
  }

  private static func write(_ event: FeedEvent, to row: inout ByteBuffer) {
    let start = row.writerIndex
    row.writeInteger(0 as UInt32)
    switch event.address {
    case .audience(.channel(let channel)):
      row.writeInteger(Kind.channel.rawValue)
      row.writeInteger(event.introduces)
      write(channel, to: &row)
    case .audience(.parties(let sender, let recipient)):
      row.writeInteger(Kind.parties.rawValue)
      row.writeInteger(event.introduces)
      write(sender, to: &row)
      write(recipient, to: &row)
    case .everybody:
      row.writeInteger(Kind.everybody.rawValue)
      row.writeInteger(event.introduces)
    case .servers(let topic):
      row.writeInteger(Kind.servers.rawValue)
      row.writeInteger(event.introduces)
      write(topic, to: &row)
    }
    row.writeImmutableBuffer(event.body)
    row.setInteger(UInt32(row.writerIndex - start - 4), at: start)
  }

  private static func write(_ name: String, to row: inout ByteBuffer) {
    row.writeInteger(UInt32(name.utf8.count))
    row.writeString(name)
  }

  /// The events of a row, in their order, without those of a kind that this server does not know.
  ///
  /// - Throws: ``Unreadable`` if it is none of ours, or was written by a newer server.
  static func decode(_ bytes: [UInt8]) throws(Unreadable) -> [FeedEvent] {
    var row = ByteBuffer(bytes: bytes)
    guard row.readInteger(as: UInt8.self) == version else { throw Unreadable() }
    var events: [FeedEvent] = []
    while row.readableBytes > 0 {
      guard let count = row.readInteger(as: UInt32.self),
        var part = row.readSlice(length: Int(count))
      else { throw Unreadable() }
      if let event = try event(&part) { events.append(event) }
    }
    return events
  }

  /// What a row says cannot be read.
  struct Unreadable: Error {}

  private static func event(_ part: inout ByteBuffer) throws(Unreadable) -> FeedEvent? {
    guard let kind = part.readInteger(as: UInt8.self), let id = part.readInteger(as: Int64.self)
    else { throw Unreadable() }
    let address: FeedEvent.Address
    switch Kind(rawValue: kind) {
    case .channel: address = .audience(.channel(try name(&part)))
    case .parties: address = .audience(.parties(try name(&part), try name(&part)))
    case .everybody: address = .everybody
    case .servers: address = .servers(topic: try name(&part))
    case nil: return nil
    }
    return FeedEvent(introduces: id, address: address, body: part)
  }

  private static func name(_ part: inout ByteBuffer) throws(Unreadable) -> String {
    guard let count = part.readInteger(as: UInt32.self),
      let name = part.readString(length: Int(count))
    else { throw Unreadable() }
    return name
  }
}
