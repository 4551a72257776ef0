/// Who is connected, under which name, in which channel, and who is kept out.
///
/// A plain value without sockets, locks or time of its own: ``ChatRoom`` guards one of them, tests
/// drive theirs by hand.
struct HubState<Member: Sendable>: Sendable {
  /// A member with the session it belongs to.
  struct Occupant: Sendable {
    let id: SessionID
    let member: Member
  }

  /// Who is to hear of something, each member once.
  struct Recipients: Sendable {
    /// Those the audience names.
    let occupants: [Occupant]
    /// The author, where the audience does not include him.
    let extra: Member?

    /// Whether there is nobody.
    var isEmpty: Bool { occupants.isEmpty && extra == nil }

    /// Hands each of them to `body`.
    func forEach(_ body: (Member) -> Void) {
      for occupant in occupants { body(occupant.member) }
      if let extra { body(extra) }
    }
  }

  private struct Seat {
    let name: UserName
    var channel: String
    let member: Member
  }

  /// Why a name cannot be had.
  enum Refusal: Error, Sendable, Equatable {
    /// Somebody has it, or is about to.
    case taken
    /// Its user is banned.
    case banned
  }

  /// Who may not log in.
  var bans: BanList
  private var seats: [SessionID: Seat] = [:]
  private var arriving: [SessionID: UserName] = [:]
  private var holders: [String: SessionID] = [:]
  private var rooms: [String: [Occupant]] = [:]
  // Who is logged in on other servers, by key, and on none of this one.
  private var others: [String: DistantUser] = [:]
  // Those of all servers, kept in order: each log-in shows them twice, and thousands may log in at once.
  private var names: [String] = []

  /// An empty hub.
  init(bans: BanList = BanList()) {
    self.bans = bans
  }

  /// Keeps a name for a session that is about to enter.
  mutating func reserve(
    _ name: UserName, for id: SessionID, at now: WireTime
  ) throws(Refusal) {
    guard holders[name.key] == nil else { throw .taken }
    guard !bans.bars(name.key, at: now) else { throw .banned }
    holders[name.key] = id
    arriving[id] = name
  }

  /// Lets the session behind a reservation in.
  ///
  /// - Returns: false if the reservation is gone, because the session ended meanwhile.
  mutating func seat(_ id: SessionID, _ member: Member, in channel: String) -> Bool {
    guard let name = arriving.removeValue(forKey: id) else { return false }
    seats[id] = Seat(name: name, channel: channel, member: member)
    enter(channel, Occupant(id: id, member: member))
    // Whoever came over from another server before that was seen.
    if let old = others.removeValue(forKey: name.key) { removeName(old.name.display) }
    names.insert(name.display, at: place(of: name.display))
    return true
  }

  /// Ends a session, or a reservation, and frees its name.
  ///
  /// - Returns: whether it was in the list of users.
  mutating func remove(_ id: SessionID) -> Bool {
    if let name = arriving.removeValue(forKey: id) {
      holders[name.key] = nil
      return false
    }
    guard let seat = seats.removeValue(forKey: id) else { return false }
    holders[seat.name.key] = nil
    exit(seat.channel, id)
    removeName(seat.name.display)
    return true
  }

  /// Notes who is logged in on other servers.
  ///
  /// - Returns: whether the list of users is another now.
  mutating func setOthers(_ people: [DistantUser]) -> Bool {
    others = [:]
    for person in people where holders[person.name.key].flatMap({ seats[$0] }) == nil {
      others[person.name.key] = person
    }
    let all = seats.values.map(\.name.display) + others.values.map(\.name.display)
    let old = names
    names = all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return !names.elementsEqual(old) { $0.utf8.elementsEqual($1.utf8) }
  }

  private mutating func removeName(_ name: String) {
    let place = place(of: name)
    if place < names.count, names[place].utf8.elementsEqual(name.utf8) { names.remove(at: place) }
  }

  /// Moves a session to another channel; it is always in exactly one.
  ///
  /// - Returns: the channel it was in, or nil if the session is gone.
  mutating func move(_ id: SessionID, to channel: String) -> String? {
    guard let seat = seats[id] else { return nil }
    if seat.channel != channel {
      seats[id]?.channel = channel
      exit(seat.channel, id)
      enter(channel, Occupant(id: id, member: seat.member))
    }
    return seat.channel
  }

  /// Where a name stands among the others, or would.
  private func place(of name: String) -> Int {
    var (low, high) = (0, names.count)
    while low < high {
      let middle = (low + high) / 2
      if names[middle].utf8.lexicographicallyPrecedes(name.utf8) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  private mutating func enter(_ channel: String, _ occupant: Occupant) {
    rooms[channel, default: []].append(occupant)
  }

  private mutating func exit(_ channel: String, _ id: SessionID) {
    rooms[channel]?.removeAll { $0.id == id }
    if rooms[channel]?.isEmpty == true { rooms[channel] = nil }
  }
}

// MARK: - Looking things up

extension HubState {
  /// The channel a session is in; nil if the session is gone.
  func channel(of id: SessionID) -> String? { seats[id]?.channel }

  /// The member behind a session; nil if it is gone or not in yet.
  func member(_ id: SessionID) -> Member? { seats[id]?.member }

  /// The member with the name of that key; nil if nobody has it or he is not in yet.
  func member(named key: String) -> Member? { holders[key].flatMap { seats[$0]?.member } }

  /// Everybody who is in.
  var everyone: [Member] { seats.values.map(\.member) }

  /// How many are in.
  var memberCount: Int { seats.count }

  /// The names on display of all servers, in byte order.
  var userNames: [String] { names }

  /// The members of a channel, shared and not copied.
  func occupants(of channel: String) -> [Occupant] { rooms[channel] ?? [] }

  /// The channels with somebody in them and how many on all servers, by name; `general` if there is none.
  var channelCounts: [(name: String, count: Int)] {
    var counts = rooms.mapValues(\.count)
    for person in others.values { counts[person.channel, default: 0] += 1 }
    if counts.isEmpty { return [(ChannelName.general, 0)] }
    return counts.map { ($0.key, $0.value) }.sorted { $0.name < $1.name }
  }

  /// Whoever is to hear of something for `audience`, and the author besides, each once.
  func recipients(of audience: Audience, author: SessionID?) -> Recipients {
    switch audience {
    case .channel(let channel):
      let extra = author.flatMap { seats[$0] }.flatMap { $0.channel == channel ? nil : $0.member }
      return Recipients(occupants: occupants(of: channel), extra: extra)
    case .parties(let sender, let recipient):
      // An administrator may change a message between others; the author of the change hears of it.
      let keys = sender == recipient ? [sender] : [sender, recipient]
      var occupants = keys.compactMap { key in
        holders[key].flatMap { id in seats[id].map { Occupant(id: id, member: $0.member) } }
      }
      if let author, let seat = seats[author], !occupants.contains(where: { $0.id == author }) {
        occupants.append(Occupant(id: author, member: seat.member))
      }
      return Recipients(occupants: occupants, extra: nil)
    }
  }
}
