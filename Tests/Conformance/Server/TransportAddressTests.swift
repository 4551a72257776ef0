import Testing

@testable import Server

@Suite struct TransportAddressTests {
  private let proxies = TrustedProxies(
    networks: ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"].compactMap(IPNetwork.init))

  @Test(
    arguments: [
      ("203.0.113.1", [], nil, "203.0.113.1"), ("", [], nil, "unknown"),
      ("203.0.113.1", ["6.6.6.6"], "7.7.7.7", "203.0.113.1"),
      ("10.1.1.1", ["6.6.6.6, 203.0.113.9"], nil, "203.0.113.9"),
      ("10.1.1.1", ["6.6.6.6, 203.0.113.9, 10.2.2.2"], nil, "203.0.113.9"),
      ("10.1.1.1", ["6.6.6.6", "203.0.113.9"], nil, "203.0.113.9"),
      ("10.1.1.1", ["10.3.3.3, 10.2.2.2"], nil, "10.3.3.3"),
      ("10.1.1.1", ["203.0.113.9, nonsense"], nil, "10.1.1.1"),
      ("10.1.1.1", ["nonsense, 10.2.2.2"], nil, "10.2.2.2"),
      ("10.1.1.1", ["203.0.113.9:5555"], nil, "203.0.113.9"),
      ("10.1.1.1", ["[2001:db9::1]:5555"], nil, "2001:db9::1"),
      ("10.1.1.1", [], "203.0.113.9", "203.0.113.9"), ("10.1.1.1", [], "nonsense", "10.1.1.1"),
      ("10.1.1.1", [" , "], nil, "10.1.1.1"), ("2001:db8::5", ["2001:db9::1"], nil, "2001:db9::1"),
      ("::ffff:192.0.2.7", ["203.0.113.9"], nil, "203.0.113.9"),
      ("::ffff:203.0.113.1", [], nil, "203.0.113.1"),
    ] as [(String, [String], String?, String)])
  func clientAddresses(
    _ peer: String, _ forwarded: [String], _ realIP: String?, _ client: String
  ) {
    #expect(proxies.clientAddress(peer: peer, forwarded: forwarded, realIP: realIP) == client)
  }

  @Test(arguments: [
    "", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "x/8", "10.0.0.0/", "1.2.3.4/8/8",
  ])
  func badNetworks(_ text: String) {
    #expect(IPNetwork(text) == nil)
  }

  @Test func allAddressesOfOneCustomerAreOne() {
    #expect(IPAddress.household(of: "2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64")
    #expect(IPAddress.household(of: "192.0.2.7") == "192.0.2.7")
    #expect(
      IPAddress.household(of: "::1") == "::1" && IPAddress.household(of: "unknown") == "unknown")
    var limits = TransportLimits()
    limits.maxConnectionsPerAddress = 2
    let gate = ConnectionGate(limits: limits, proxies: TrustedProxies())
    #expect(gate.enter("2001:db8::1") == .welcome && gate.enter("2001:db8::2") == .welcome)
    #expect(gate.enter("2001:db8::3") != .welcome && gate.enter("2001:db8:0:1::3") == .welcome)
    gate.leave("2001:db8::1")
    #expect(gate.enter("2001:db8::3") == .welcome)
    let budget = InflowBudget(limit: 100)
    #expect(budget.change(by: 50, for: "2001:db8::1"))
    #expect(!budget.change(by: 1, for: "2001:db8::2") && budget.change(by: 1, for: "2001:db9::2"))
    var keys = KeyGuard()
    let now = ContinuousClock.now
    for number in 0..<5 { keys.failed("2001:db8::\(number)", "root", at: now) }
    #expect(keys.isLocked("2001:db8::9", "root", at: now))
  }

  @Test func whatIsRememberedOfWrongKeysHasAnEnd() {
    var keys = KeyGuard()
    var most = 0
    let start = ContinuousClock.now
    for number in 0..<(2 * KeyGuard.maxEntryCount) {
      keys.failed("guest \(number)", "root", at: start + .milliseconds(number))
      most = max(most, keys.addressCount)
    }
    #expect(most == KeyGuard.maxEntryCount)
    // The newest are those that are kept.
    #expect(keys.addressCount >= KeyGuard.maxEntryCount * 9 / 10)
    let end = start + .milliseconds(2 * KeyGuard.maxEntryCount)
    let last = "guest \(2 * KeyGuard.maxEntryCount - 1)"
    for _ in 0..<4 { keys.failed(last, "other", at: end) }
    #expect(keys.isLocked(last, "another", at: end))
  }

  @Test func rangesEndWhereTheyShould() throws {
    let network = try #require(IPNetwork("10.1.2.128/25"))
    #expect(network.contains(try #require(IPAddress("10.1.2.255"))))
    #expect(!network.contains(try #require(IPAddress("10.1.2.127"))))
    #expect(try #require(IPNetwork("::/0")).contains(try #require(IPAddress("8.8.8.8"))))
    #expect(!(try #require(IPNetwork("0.0.0.0/0"))).contains(try #require(IPAddress("::1"))))
  }

  @Test(
    arguments: [
      (nil, "h", true), ("", "h", true), ("http://h", "h:8080", true), ("https://H:1", "h", true),
      ("http://evil.h", "h", false), ("http://h.evil", "h", false), ("h", "h", false),
      ("http://", "h", false), ("http://localhost", "127.0.0.1:8080", true),
      ("http://[::1]:3000", "localhost", true),
      ("http://localhost.evil.example", "localhost", false),
      ("https://ok.example", "h", true), ("http://ok.example", "h", false),
      ("https://ok.example:443", "h", false), ("http://any.example:1", "h", true),
      ("http://port.example:81", "h", true), ("http://port.example", "h", false),
      ("http://%zz example", "h", false), ("null", "h", false), ("http://h", nil, false),
    ] as [(String?, String?, Bool)])
  func origins(_ origin: String?, _ host: String?, _ isAllowed: Bool) {
    let rule = OriginRule(allowed: ["https://ok.example", "any.example", "port.example:81"])
    #expect((rule.refusal(origin: origin, host: host) == nil) == isAllowed)
  }
}
