import DriverAPI
import Testing

@Suite("Options of a database URL [URL-5]") struct DatabaseURLOptionsTests {
  private func options(_ query: String) throws -> DatabaseURL.Options {
    try DatabaseURL("app.db?" + query).options
  }

  private func misuse(_ body: () throws -> Void) -> String {
    let error = #expect(throws: DatabaseError.self) { try body() }
    #expect(error?.kind == .misuse)
    return error?.message ?? ""
  }

  @Test func `what is taken is gone and what is left is refused by name`() throws {
    var options = try options("mode=ro&timout=5s")
    #expect(options.take("mode") == "ro")
    #expect(options.take("mode") == nil)
    #expect(options.take("timeout") == nil)
    let message = misuse { try options.finish() }
    #expect(message.contains("'timout'"))
    #expect(message.contains("mean 'timeout'"))
    #expect(message.contains("known: mode, timeout"))
  }

  @Test func `a name unlike all others gets no suggestion`() throws {
    var options = try options("colour=red")
    #expect(options.take("mode") == nil)
    #expect(!misuse { try options.finish() }.contains("mean"))
  }

  @Test func `an option given twice is refused even if it was taken`() throws {
    var options = try options("mode=ro&mode=rw")
    #expect(options.take("mode") == "ro")
    #expect(misuse { try options.finish() }.contains("'mode' is given twice"))
    #expect(misuse { _ = try options.takeRemaining() }.contains("twice"))
  }

  @Test func `a client library may take the rest`() throws {
    var options = try options("a=1&b=2")
    #expect(options.take("a") == "1")
    #expect(try options.takeRemaining() == [.init(name: "b", value: "2")])
    try options.finish()
  }

  @Test func `words are matched in any case and answered as listed`() throws {
    var options = try options("mode=ReadOnly&other=x")
    #expect(try options.take("mode", oneOf: ["readWrite", "readOnly"]) == "readOnly")
    #expect(try options.take("absent", oneOf: ["a"]) == nil)
    #expect(misuse { _ = try options.take("other", oneOf: ["a", "b"]) }.contains("a, b"))
  }

  @Test(
    arguments: [
      ("250ms", .milliseconds(250)), ("5s", .seconds(5)), ("2m", .seconds(120)),
      ("1h", .seconds(3600)), ("0s", .zero),
    ] as [(String, Duration)])
  func `times have a unit`(text: String, duration: Duration) throws {
    var options = try options("t=" + text)
    #expect(try options.duration("t") == duration)
    #expect(try options.duration("t") == nil)
  }

  @Test(arguments: ["5", "", "s", "-1s", "+1s", "1.5s", "5 s", "5S", "5d", "99999999999999999999s"])
  func `a time without a known unit is refused`(text: String) throws {
    var options = try options("t=" + text)
    let message = misuse { _ = try options.duration("t") }
    #expect(message.contains("'t' needs a whole number and a unit: 250ms, 5s, 2m or 1h"))
  }

  @Test func `a time beyond counting is refused`() throws {
    var options = try options("t=9223372036854775807h")
    #expect(misuse { _ = try options.duration("t") }.contains("too long"))
  }

  @Test(arguments: [
    ("on", true), ("TRUE", true), ("yes", true), ("1", true),
    ("off", false), ("False", false), ("no", false), ("0", false),
  ])
  func `switches`(text: String, value: Bool) throws {
    var options = try options("f=" + text)
    #expect(try options.flag("f") == value)
    #expect(try options.flag("f") == nil)
  }

  @Test func `what is no switch is refused`() throws {
    var options = try options("f=maybe&g=")
    #expect(misuse { _ = try options.flag("f") }.contains("'f' must be on or off"))
    #expect(misuse { _ = try options.flag("g") }.contains("'g' must be on or off"))
  }

  @Test func `whole numbers stay within their range`() throws {
    var options = try options("a=1&b=11&c=x&d=10")
    #expect(try options.integer("a", in: 1...10) == 1)
    #expect(try options.integer("d", in: 1...10) == 10)
    #expect(try options.integer("e", in: 1...10) == nil)
    #expect(misuse { _ = try options.integer("b", in: 1...10) }.contains("1 to 10"))
    #expect(misuse { _ = try options.integer("c", in: 1...10) }.contains("'c'"))
  }
}
