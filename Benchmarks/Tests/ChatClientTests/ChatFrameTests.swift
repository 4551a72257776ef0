import ChatClient
import NIOCore
import Testing

@Suite("Frames of the chat")
struct ChatFrameTests {
  private func frame(_ json: String) throws -> ChatFrame {
    try Array(json.utf8).withUnsafeBytes { bytes in try ChatFrame(bytes) }
  }

  @Test("A broadcast is read with every field that is needed")
  func broadcast() throws {
    let frame = try frame(
      #"{"sender":"al","content":"a \"b\" \\ \u00fc \ud83d\ude80\n","created_at":"2026-01-01","#
        + #""extra":{"a":[1,"}",null]},"message_id":10,"edited":true,"channel":"general"}"# + "\n")
    #expect(frame.sender == "al")
    #expect(frame.content == "a \"b\" \\ ü 🚀\n")
    #expect(frame.messageID == 10)
    #expect(frame.channel == "general")
    #expect(frame.reaction == nil)
  }

  @Test("A reaction is read, with blanks between its parts")
  func reaction() throws {
    let frame = try frame(
      #"{ "type" : "reaction", "reaction": { "emoji":"❤️" , "target_id": 7, "is_removal":true } }"#)
    #expect(frame.type == "reaction")
    #expect(frame.reaction?.emoji == "❤️")
    #expect(frame.reaction?.targetID == 7)
    #expect(frame.reaction?.isRemoval == true)
  }

  @Test("An envelope has no sender")
  func envelope() throws {
    let frame = try frame(#"{"type":"userlist","data":{"users":["a","b"]}}"#)
    #expect(frame.sender.isEmpty)
    #expect(frame.type == "userlist")
  }

  @Test(
    "What is no object is an error",
    arguments: ["", "{", "[1]", #"{"sender":"#, #"{"sender":"a"#, #"{"message_id":"x"}"#, "{1:2}"])
  func broken(_ json: String) {
    #expect(throws: ChatClientError.self) { try frame(json) }
  }

  @Test("What a request writes can be read again")
  func request() throws {
    let content = "it's \"100 %\" \\ \u{1} 漢字 🚀"
    var buffer = ByteBuffer()
    ChatRequest.edit(messageID: 42, content: content).write(sender: "al", to: &buffer)
    let frame = try buffer.withUnsafeReadableBytes { bytes in try ChatFrame(bytes) }
    #expect(frame.sender == "al")
    #expect(frame.content == content)
    #expect(frame.type == "edit")
    #expect(frame.messageID == 42)
  }
}
