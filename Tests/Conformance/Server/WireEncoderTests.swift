import NIOCore
import Testing

@testable import Server

@Suite struct WireEncoderTests {
  @Test func zeroValuesAreLeftOut() {
    #expect(
      String(buffer: WireEncoder.message(WireMessage(sender: "a")))
        == #"{"sender":"a","content":"","created_at":"0001-01-01T00:00:00Z"}"#)
  }

  @Test func everyKeyInOrder() {
    let message = WireMessage(
      sender: "a", content: "c", createdAt: WireTime(microseconds: 1_500_000), type: "file",
      isEncrypted: true, messageID: 5, recipient: "b", isEdited: true, channel: "dev",
      reaction: WireReaction(emoji: "👍", targetID: 0, isRemoval: true),
      file: WireFile(filename: "x", size: 2, data: Array("hi".utf8)))
    #expect(
      String(buffer: WireEncoder.message(message)) == #"{"sender":"a","content":"c","#
        + #""created_at":"1970-01-01T00:00:01.5Z","type":"file","encrypted":true,"message_id":5,"#
        + #""recipient":"b","edited":true,"channel":"dev","#
        + #""reaction":{"emoji":"👍","target_id":0,"is_removal":true},"#
        + #""file":{"filename":"x","size":2,"data":"aGk="}}"#)
  }

  @Test func whatJSONDemandsIsEscaped() {
    let message = WireMessage(content: "\"\\/\u{8}\u{1F}\n\r\t<é\u{2028}")
    #expect(
      String(buffer: WireEncoder.message(message)).contains(
        #""content":"\"\\/\u0008\u001f\n\r\t<é"# + "\u{2028}\""))
  }

  @Test func envelopes() {
    #expect(
      String(buffer: WireEncoder.userList(["alice", "bob"]))
        == #"{"type":"userlist","data":{"users":["alice","bob"]}}"#)
    #expect(
      String(buffer: WireEncoder.userList([])) == #"{"type":"userlist","data":{"users":[]}}"#)
    #expect(
      String(buffer: WireEncoder.authFailed(reason: "invalid admin key"))
        == #"{"type":"auth_failed","data":{"reason":"invalid admin key"}}"#)
  }

  @Test(arguments: [0, 1, 60, 125, 126, 200, 65_400, 65_536, 70_000])
  func theFrameHeaderStandsReady(_ count: Int) throws {
    let message = WireEncoder.message(WireMessage(content: String(repeating: "x", count: count)))
    let frame = try #require(FrameHeader.framed(message))
    var expected = ByteBuffer()
    FrameHeader.write(.text, payloadCount: message.readableBytes, to: &expected)
    expected.writeImmutableBuffer(message)
    #expect(frame == expected)
  }

  @Test func foreignBuffersHaveNoHeader() {
    var buffer = ByteBuffer(string: "0123456789abcdef")
    #expect(FrameHeader.framed(buffer) == nil)
    buffer.moveReaderIndex(to: 10)
    #expect(FrameHeader.framed(buffer) == nil)
  }

  @Test func closeReasonsAreCutBetweenCharacters() {
    #expect(CloseReason.cut("short") == "short")
    let cut = CloseReason.cut(String(repeating: "x", count: 119) + "é" + "é")
    #expect(cut == String(repeating: "x", count: 119) + "é")
    #expect(CloseReason.cut(String(repeating: "x", count: 120) + "é").utf8.count == 120)
    #expect(CloseReason.cut(String(repeating: "😀", count: 40)).utf8.count == 120)
  }
}
