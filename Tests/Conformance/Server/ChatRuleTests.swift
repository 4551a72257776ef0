import Testing

@testable import Server

@Suite struct ChatRuleTests {
  private let start = ContinuousClock.now

  @Test func twentyMessagesPassAndTheNextIsToldOnce() {
    var limiter = RateLimiter()
    let verdicts = (0..<25).map { _ in limiter.judge(at: start) }
    #expect(verdicts.prefix(20).allSatisfy { $0 == .pass })
    #expect(verdicts[20] == .dropAndTell)
    #expect(verdicts.dropFirst(21).allSatisfy { $0 == .drop })
  }

  @Test func theFirstMessageAfterTheCooldownPasses() {
    var limiter = RateLimiter()
    for _ in 0..<21 { _ = limiter.judge(at: start) }
    let end = start + .seconds(10)
    let before = limiter.judge(at: end - .nanoseconds(1))
    let after = limiter.judge(at: end + .nanoseconds(1))
    #expect(before == .drop)
    #expect(after == .pass)
  }

  @Test func theWindowSlides() {
    var limiter = RateLimiter()
    let passed = (0..<20).map { limiter.judge(at: start + .milliseconds(250 * $0)) }
    #expect(passed.allSatisfy { $0 == .pass })
    let afterFiveSeconds = limiter.judge(at: start + .seconds(5))
    #expect(afterFiveSeconds == .pass, "the first is 5 s old and forgotten")
    let soonAfter = limiter.judge(at: start + .milliseconds(5_100))
    #expect(soonAfter == .dropAndTell)
  }

  @Test(arguments: [
    (":kick bob", [":kick", "bob"]), (#":kick "bob the 1st""#, [":kick", "bob the 1st"]),
    (#"a \"b\" c"#, ["a", "\"b\"", "c"]), (#""a b" "c d""#, ["a b", "c d"]),
    (#"a"b c"d e"#, ["ab cd", "e"]), ("", []), ("  ", []), ("one", ["one"]),
    (#"a\\b"#, [#"a\b"#]), (#"a\"#, ["a"]), (#""" x"#, ["x"]), ("tab\tstays", ["tab\tstays"]),
  ])
  func commandsAreCutAtSpaces(line: String, words: [String]) {
    #expect(CommandTokens(line).words == words)
  }

  @Test(arguments: [
    ("Dev", "dev"), (" ops-1_x ", "ops-1_x"), (String(repeating: "a", count: 64), nil),
  ])
  func channelNamesAreFoldedAndTrimmed(text: String, name: String?) {
    #expect(ChannelName.parse(text) == name ?? text)
  }

  @Test(arguments: [
    "", "  ", "a b", "ä", "a/b", "a\u{0}", String(repeating: "a", count: 65), "#dev",
  ])
  func otherChannelNamesAreRefused(text: String) {
    #expect(ChannelName.parse(text) == nil)
  }

  @Test func namesKeepTheirLettersAndCompareWithoutCase() {
    let name = UserName(" Alice.B ")
    #expect(name.display == "Alice.B" && name.key == "alice.b")
  }

  @Test(arguments: [
    (256, 32 << 20), (0, 32 << 20), (41_943_040, 55_924_604), (102_400, 32 << 20),
  ])
  func theLongestMessageFollowsTheFileLimit(fileLimit: Int, expected: Int) {
    var settings = ChatSettings()
    settings.maxFileBytes = fileLimit
    #expect(settings.maxMessageBytes == expected)
  }

  @Test func onlyThePartiesKnowOfADirectMessage() {
    #expect(Audience.channel("x").admits("anybody"))
    #expect(Audience.parties("a", "b").admits("a") && Audience.parties("a", "b").admits("b"))
    #expect(!Audience.parties("a", "b").admits("c"))
  }

  @Test func listTimesAreMonthDayHourMinute() {
    #expect(WireTime(rfc3339: "2026-08-15T10:07:59Z")?.monthDayHourMinute == "08/15 10:07")
  }
}
