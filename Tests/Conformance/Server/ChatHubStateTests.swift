import Testing

@testable import Server

@Suite struct ChatHubStateTests {
  private typealias Hub = HubState<String>
  private let now = WireTime(microseconds: 1_000_000)

  private func enter(
    _ hub: inout Hub, _ name: String, in channel: String = ChannelName.general
  ) throws -> SessionID {
    let id = SessionID()
    try hub.reserve(UserName(name), for: id, at: now)
    let isSeated = hub.seat(id, name, in: channel)
    #expect(isSeated)
    return id
  }

  @Test func aNameIsTakenInEveryLetterCaseUntilItsSessionEnds() throws {
    var hub = Hub()
    let id = try enter(&hub, "Alice")
    let refusedaLICE = refusal(&hub, UserName("aLICE"), at: now)
    #expect(refusedaLICE == Hub.Refusal.taken)
    let wasIn = hub.remove(id)
    #expect(wasIn)
    try hub.reserve(UserName("aLICE"), for: SessionID(), at: now)
  }

  @Test func aReservationHoldsTheNameAndIsNotInTheList() throws {
    var hub = Hub()
    let id = SessionID()
    try hub.reserve(UserName("bob"), for: id, at: now)
    #expect(hub.userNames == [] && hub.memberCount == 0 && hub.member(named: "bob") == nil)
    let refusedbob = refusal(&hub, UserName("bob"), at: now)
    #expect(refusedbob == Hub.Refusal.taken)
    let wasIn = hub.remove(id)
    #expect(!wasIn)
    let isSeated = hub.seat(id, "bob", in: "general")
    #expect(!isSeated, "the session ended while it was being let in")
    try hub.reserve(UserName("bob"), for: SessionID(), at: now)
  }

  @Test func bansHoldWhileTheyLastAndKeepNoReservation() throws {
    let end = WireTime(microseconds: 2_000_000)
    var hub = Hub(bans: BanList(["mallory": .permanent, "kicked": .until(end)]))
    let refusedMallory = refusal(&hub, UserName("Mallory"), at: end)
    #expect(refusedMallory == Hub.Refusal.banned)
    let refusedkicked = refusal(&hub, UserName("kicked"), at: now)
    #expect(refusedkicked == Hub.Refusal.banned)
    try hub.reserve(UserName("kicked"), for: SessionID(), at: end)
  }

  @Test func aSessionIsInExactlyOneChannel() throws {
    var hub = Hub()
    let alice = try enter(&hub, "alice")
    let bob = try enter(&hub, "bob", in: "dev")
    let old = hub.move(alice, to: "dev")
    #expect(old == "general")
    #expect(hub.occupants(of: "general").isEmpty)
    #expect(hub.occupants(of: "dev").map(\.member) == ["bob", "alice"])
    let same = hub.move(alice, to: "dev")
    #expect(same == "dev")
    #expect(hub.occupants(of: "dev").count == 2)
    #expect(hub.channelCounts.map(\.name) == ["dev"])
    _ = hub.remove(bob)
    _ = hub.remove(alice)
    #expect(hub.channelCounts.map(\.name) == ["general"])
    #expect(hub.channelCounts.map(\.count) == [0])
    let gone = hub.move(alice, to: "dev")
    #expect(gone == nil)
  }

  @Test func userNamesComeInByteOrderAndDisplayCase() throws {
    var hub = Hub()
    for name in ["bob", "Zoe", "alice"] { _ = try enter(&hub, name) }
    #expect(hub.userNames == ["Zoe", "alice", "bob"])
  }

  @Test func aChannelAudienceIsItsMembersAndTheAuthorOnce() throws {
    var hub = Hub()
    let alice = try enter(&hub, "alice")
    _ = try enter(&hub, "bob")
    let carol = try enter(&hub, "carol", in: "dev")
    #expect(heard(hub.recipients(of: .channel("general"), author: alice)) == ["alice", "bob"])
    let fromOutside = heard(hub.recipients(of: .channel("general"), author: carol))
    #expect(fromOutside == ["alice", "bob", "carol"])
    #expect(heard(hub.recipients(of: .channel("none"), author: nil)).isEmpty)
  }

  @Test func aDirectMessageReachesItsPartiesOnce() throws {
    var hub = Hub()
    let alice = try enter(&hub, "Alice")
    _ = try enter(&hub, "bob")
    let admin = try enter(&hub, "root")
    #expect(heard(hub.recipients(of: .parties("alice", "bob"), author: alice)) == ["Alice", "bob"])
    #expect(heard(hub.recipients(of: .parties("alice", "alice"), author: alice)) == ["Alice"])
    #expect(heard(hub.recipients(of: .parties("alice", "gone"), author: alice)) == ["Alice"])
    let byAdmin = heard(hub.recipients(of: .parties("alice", "bob"), author: admin))
    #expect(byAdmin == ["Alice", "bob", "root"])
  }

  private func refusal(_ hub: inout Hub, _ name: UserName, at now: WireTime) -> Hub.Refusal? {
    do {
      try hub.reserve(name, for: SessionID(), at: now)
      return nil
    } catch { return error }
  }

  private func heard(_ recipients: Hub.Recipients) -> [String] {
    var names: [String] = []
    recipients.forEach { names.append($0) }
    return names.sorted()
  }
}

@Suite struct ChatHubOthersTests {
  private func person(_ name: String, _ channel: String = "general") -> DistantUser {
    DistantUser(name: UserName(name), channel: channel)
  }

  @Test func thoseOnOtherServersAreInTheListAndTheCounts() throws {
    var hub = HubState<String>()
    let id = SessionID()
    try hub.reserve(UserName("Bob"), for: id, at: .now)
    _ = hub.seat(id, "bob", in: "ops")
    let isNew = hub.setOthers([person("carol"), person("Alice", "ops")])
    #expect(isNew)
    #expect(hub.userNames == ["Alice", "Bob", "carol"] && hub.memberCount == 1)
    #expect(hub.channelCounts.map(\.name) == ["general", "ops"])
    #expect(hub.channelCounts.map(\.count) == [1, 2])
    let isOther = hub.setOthers([person("Alice", "general"), person("carol")])
    #expect(!isOther, "the same names")
    #expect(hub.channelCounts.map(\.count) == [2, 1])
    let isLess = hub.setOthers([])
    #expect(isLess)
    #expect(hub.userNames == ["Bob"])
  }

  @Test func whoeverComesOverIsInTheListOnce() throws {
    var hub = HubState<String>()
    _ = hub.setOthers([person("alice"), person("bob")])
    let id = SessionID()
    try hub.reserve(UserName("Alice"), for: id, at: .now)
    _ = hub.seat(id, "alice", in: "general")
    #expect(hub.userNames == ["Alice", "bob"])
    // As long as the others' list is older than that.
    _ = hub.setOthers([person("alice"), person("bob")])
    #expect(hub.userNames == ["Alice", "bob"])
    #expect(hub.channelCounts.map(\.count) == [2])
    _ = hub.remove(id)
    #expect(hub.userNames == ["bob"])
  }
}
