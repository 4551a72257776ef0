import NIOCore
import Testing

@testable import Server

@Suite struct WireDecoderTests {
  private func decode(_ json: String) throws -> WireMessage {
    try WireDecoder.message(ByteBuffer(string: json))
  }

  private func problem(_ json: String) -> WireError? {
    do {
      _ = try WireDecoder.message(ByteBuffer(string: json))
      return nil
    } catch {
      return error
    }
  }

  @Test func plainTextOfTheClient() throws {
    let message = try decode(
      #"{"sender":"alice","content":"hello","created_at":"0001-01-01T00:00:00Z"}"#)
    #expect(message == WireMessage(sender: "alice", content: "hello", createdAt: .zero))
  }

  @Test func everyKey() throws {
    let message = try decode(
      """
      {"sender":"a","content":"c","created_at":"1970-01-01T00:00:01.000002Z","type":"file",
       "encrypted":true,"message_id":9007199254740993,"recipient":"b","edited":true,"channel":"dev",
       "reaction":{"emoji":"👍","target_id":7,"is_removal":true},
       "file":{"filename":"x","size":2,"data":"aGk="}}
      """)
    #expect(
      message
        == WireMessage(
          sender: "a", content: "c", createdAt: WireTime(microseconds: 1_000_002), type: "file",
          isEncrypted: true, messageID: 9_007_199_254_740_993, recipient: "b", isEdited: true,
          channel: "dev", reaction: WireReaction(emoji: "👍", targetID: 7, isRemoval: true),
          file: WireFile(filename: "x", size: 2, data: Array("hi".utf8))))
  }

  @Test func keysMatchInAnyCaseAndTheLastDuplicateWins() throws {
    #expect(try decode(#"{"Content":"a","CONTENT":"b"}"#).content == "b")
    #expect(try decode(#"{"content":"a","Content":"b"}"#).content == "b")
    #expect(try decode(#"{"\u0063ontent":"a"}"#).content == "a")
    #expect(try decode(#"{"contents":"a","onten":"b"}"#).content == "")
  }

  @Test func unknownKeysAreSkippedWithTheirValues() throws {
    let json = #"{"x":{"a":[1,-2.5e+3,{"b":null}],"c":"}\""},"y":[],"z":true,"content":"kept"}"#
    #expect(try decode(json).content == "kept")
  }

  @Test func nullLeavesTheZeroValue() throws {
    let json = #"{"sender":null,"created_at":null,"message_id":null,"edited":null,"file":null}"#
    #expect(try decode(json) == WireMessage())
    #expect(try decode(#"{"content":"a","content":null}"#).content == "a")
    #expect(try decode("null") == WireMessage())
  }

  @Test func whatFollowsTheFirstValueIsIgnored() throws {
    #expect(try decode(" \r\n\t{\"content\":\"a\"} trailing {").content == "a")
  }

  @Test func escapesAndSurrogates() throws {
    let json = #"{"content":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00|\ud83d|\ude00|\ud83d\u0041"}"#
    #expect(
      try decode(json).content
        == "\"\\/\u{8}\u{C}\n\r\té😀|\u{FFFD}|\u{FFFD}|\u{FFFD}A")
  }

  @Test func invalidUTF8BecomesReplacementCharacters() throws {
    var bytes = ByteBuffer(string: #"{"content":"a"#)
    bytes.writeBytes([0xFF, 0x62] as [UInt8])
    bytes.writeString(#""}"#)
    #expect(try WireDecoder.message(bytes).content == "a\u{FFFD}b")
  }

  @Test func lineBreaksInBase64AreIgnored() throws {
    #expect(try decode(#"{"file":{"data":"aG\nVs\r\nbG8="}}"#).file?.data == Array("hello".utf8))
    #expect(try decode(#"{"file":{"data":""}}"#).file?.data == [])
  }

  @Test(arguments: ["a", "ab", "abc", "ab=", "ab=c", "a===", "ab==cd==", "a-b_", "====", "YWJj="])
  func badBase64(_ text: String) {
    #expect(problem(#"{"file":{"data":"\#(text)"}}"#)?.problem == .notBase64)
  }

  @Test(arguments: ["1e3", "1.0", "9223372036854775808", "-9223372036854775809"])
  func notAnInteger(_ number: String) {
    let error = problem(#"{"message_id":\#(number)}"#)
    #expect(error?.problem == .notAnInteger)
    #expect(error?.key == "message_id")
  }

  @Test func integersOf64Bits() throws {
    #expect(try decode(#"{"message_id":9223372036854775807}"#).messageID == .max)
    #expect(try decode(#"{"message_id":-9223372036854775808}"#).messageID == .min)
    #expect(try decode(#"{"message_id":-0}"#).messageID == 0)
  }

  @Test(arguments: [
    (#"{"content":1}"#, "content"), (#"{"content":{}}"#, "content"), (#"{"edited":"x"}"#, "edited"),
    (#"{"message_id":"1"}"#, "message_id"), (#"{"reaction":[]}"#, "reaction"),
    (#"{"reaction":{"target_id":true}}"#, "target_id"), (#"{"file":"x"}"#, "file"),
    (#"{"created_at":0}"#, "created_at"),
  ])
  func wrongTypesNameTheKey(_ json: String, _ key: String) throws {
    let error = try #require(problem(json))
    #expect(error.key == key)
    #expect("\(error)".contains("\"\(key)\""))
    guard case .wrongType = error.problem else {
      Issue.record("\(error)")
      return
    }
  }

  @Test(arguments: [
    "", " ", "{", #"{"a"#, #"{"a":"#, #"{"a":1"#, #"{"content":"abc"#, #"{"content":"\"#, "nul",
    #"{"a":[1,"#, #"{"a":-"#,
  ])
  func truncated(_ json: String) {
    #expect(problem(json)?.problem == .unexpectedEnd)
  }

  @Test(arguments: [
    "{]", "{,}", #"{"a" 1}"#, #"{"a":1,}"#, #"{"a":1 "b":2}"#, #"{"a":01}"#, #"{"a":.5}"#,
    #"{"a":1.}"#, #"{"a":+1}"#, #"{"content":"\x"}"#, #"{"content":"\u12G4"}"#,
    "{\"content\":\"\n\"}",
    #"{"a":tru}"#, #"{"a":[1 2]}"#, "{'a':1}", #"{"a":}"#, #"{"a":nil}"#,
  ])
  func syntaxErrors(_ json: String) throws {
    let error = try #require(problem(json))
    guard case .syntax = error.problem else {
      Issue.record("\(error)")
      return
    }
  }

  @Test(arguments: ["[]", "1", "\"x\"", "true"])
  func theTopLevelMustBeAnObject(_ json: String) {
    #expect(problem(json)?.problem == .wrongType(expected: "an object"))
  }

  @Test func nestingIsBounded() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(problem(#"{"a":\#(deep)"#)?.problem == .tooDeep(maxDepth: JSONReader.maxDepth))
    let fine = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
    #expect(problem(#"{"a":\#(fine)}"#) == nil)
  }

  @Test func handshake() throws {
    let json = #"{"username":"alice","admin":true,"admin_key":"k","client":"x"}"#
    #expect(
      try WireDecoder.handshake(ByteBuffer(string: json))
        == WireHandshake(username: "alice", isAdmin: true, adminKey: "k"))
    #expect(try WireDecoder.handshake(ByteBuffer(string: "{}")) == WireHandshake())
    #expect(throws: WireError.self) {
      try WireDecoder.handshake(ByteBuffer(string: #"{"username":1}"#))
    }
  }
}
