import Testing

@testable import Server

@Suite struct ConfigurationDotEnvTests {
  @Test(arguments: [
    ("A=1", "1"), ("A = 1 ", "1"), ("A: 1", "1"), ("export A=1", "1"), ("export\tA=1", "1"),
    ("# comment\n\n  A=1", "1"), ("A=1\r\nB=2\r\n", "1"), ("\u{FEFF}A=1", "1"),
    ("A=a b # comment", "a b"), ("A=a#b", "a#b"), ("A= # comment", ""), ("A=", ""),
    ("A='a $B \\n # b'", "a $B \\n # b"), ("A='it\\'s'", "it\\'s"), ("A='a\nb'", "a\nb"),
    ("A=\"a\\nb\\rc\\td\\\"e\"", "a\nb\rctd\"e"), ("A=\"a\nb\"", "a\nb"), ("A=\"x\" # c", "x"),
    ("B=1\nA=$B", "1"), ("B=1\nA=${B}2", "12"), ("B=1\nA=\"<$B>\"", "<1>"), ("A=$HOME", ""),
    ("A=a$b", "a$b"), ("A=$", "$"), ("A=\\$B", "$B"), ("A=\"\\$B\"", "$B"), ("B=1\nA=$(B", "1"),
    ("A=$B\nB=1", ""), ("A=1\nA=2", "2"), ("A=p@ss:w0rd/x=y", "p@ss:w0rd/x=y"),
  ])
  func accepted(_ text: String, _ value: String) throws {
    #expect(try DotEnv.parse(text)["A"] == value)
  }

  @Test func namesMayHoldDotsDigitsAndUnderscores() throws {
    #expect(try DotEnv.parse("a.b_2=x") == ["a.b_2": "x"])
    #expect(try DotEnv.parse("") == [:])
  }

  @Test(arguments: [
    ("A=1\nB", 2, "'=' is missing"), ("A=1\n\nB C=1", 3, "contains ' '"), ("A-B=1", 1, "'-'"),
    ("=1", 1, "name before '='"), ("A=1\nB=\"x\nC=2", 2, "no closing quote"),
    ("A='x", 1, "no closing quote"), ("A=\"x\" y", 1, "behind the closing quote"),
    ("A=\"a\nb\"\nC", 3, "'=' is missing"),
  ])
  func errorsNameTheLine(_ text: String, _ line: Int, _ message: String) throws {
    let error = #expect(throws: DotEnv.SyntaxError.self) { try DotEnv.parse(text) }
    #expect(error?.line == line)
    #expect(error?.message.contains(message) == true)
  }
}
