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
    #expect(after == .passAfter(droppedCount: 2))
    let next = limiter.judge(at: end + .seconds(1))
    #expect(next == .pass)
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
    ("Dev", "dev"), (" ops-1_x ", "ops-1_x"), (String(repeating: "a", count: 191), nil),
    ("hr.private", nil), ("Gr\u{F6}\u{DF}e", "gr\u{F6}\u{DF}e"), ("GRO\u{308}SSE", "gr\u{F6}sse"),
    ("a b", nil), ("#dev", nil), ("a/b", nil),
  ])
  func channelNamesAreFoldedAndTrimmed(text: String, name: String?) {
    #expect(ChannelName.parse(text) == name ?? text)
  }

  @Test(arguments: [
    "", "  ", "a\u{0}", "a\u{1B}[2J", "a\nb", "\u{200B}", "\u{FEFF}", "\u{85}", "\u{202E}",
    String(repeating: "a", count: 192),
  ])
  func otherChannelNamesAreRefused(text: String) {
    #expect(ChannelName.parse(text) == nil)
  }

  @Test(arguments: [
    ("plain\n\ttext", "plain\n\ttext"), ("\u{1B}[2Jgone", "[2Jgone"), ("ding\u{7}", "ding"),
    ("a\rb", "ab"), ("\u{9B}31m", "31m"), ("a\u{2028}b", "ab"), ("\u{7F}", ""),
    ("e\u{301}", "e\u{301}"),
    ("\u{1F468}\u{200D}\u{1F469}", "\u{1F468}\u{200D}\u{1F469}"),
  ])
  func textsCannotMoveACursor(text: String, shown: String) {
    #expect(Array(text.safeForTerminals.utf8) == Array(shown.utf8))
  }

  @Test(arguments: [
    "", " ", "\u{200B}", "\u{FEFF}", "\u{200B}\u{FEFF} \u{2060}", "\u{1B}\u{7}", "\u{3164}",
  ])
  func someTextsShowNothing(text: String) { #expect(text.isInvisible) }

  @Test(arguments: ["a", "\u{200B}x", "😀", "\u{301}"])
  func othersDo(text: String) { #expect(!text.isInvisible) }

  @Test func aLogLineIsOneLine() {
    #expect(LogText.line("a\nb\u{1B}[2J\u{202E}") == "a\\u{a}b\\u{1b}[2J\\u{202e}")
    #expect(LogText.line(String(repeating: "x", count: 300)).count == 201)
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
