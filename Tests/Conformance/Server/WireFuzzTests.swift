import NIOCore
import Testing

@testable import Server

/// A small generator with a seed, so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct WireFuzzTests {
  private func text(_ generator: inout SeededGenerator) -> String {
    let palette: [Unicode.Scalar] = [
      "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\0", "\u{1F}", "é", "\u{FFFD}", "😀", "\u{2028}",
    ]
    let count = Int.random(in: 0...40, using: &generator)
    var scalars = String.UnicodeScalarView()
    for _ in 0..<count {
      if let scalar = palette.randomElement(using: &generator) { scalars.append(scalar) }
    }
    return String(scalars)
  }

  private func message(_ generator: inout SeededGenerator) -> WireMessage {
    var message = WireMessage(sender: text(&generator), content: text(&generator))
    message.createdAt = WireTime(
      microseconds: .random(
        in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator))
    if Bool.random(using: &generator) { message.type = text(&generator) }
    if Bool.random(using: &generator) { message.channel = text(&generator) }
    if Bool.random(using: &generator) { message.recipient = text(&generator) }
    message.isEncrypted = .random(using: &generator)
    message.isEdited = .random(using: &generator)
    message.messageID = .random(in: .min ... .max, using: &generator)
    if Bool.random(using: &generator) {
      message.reaction = WireReaction(
        emoji: text(&generator), targetID: .random(in: .min ... .max, using: &generator),
        isRemoval: .random(using: &generator))
    }
    if Bool.random(using: &generator) {
      let count = Int.random(in: 0...50, using: &generator)
      message.file = WireFile(
        filename: text(&generator), size: Int64(count),
        data: (0..<count).map { _ in .random(in: 0...255, using: &generator) })
    }
    return message
  }

  /// Lets other tests run: those that wait for the network share the threads with this one.
  private func breathe(_ round: Int) async {
    if round % 50 == 0 { await Task.yield() }
  }

  @Test func whatWasEncodedComesBack() async throws {
    var generator = SeededGenerator(seed: 1)
    for round in 0..<2000 {
      await breathe(round)
      let message = message(&generator)
      #expect(try WireDecoder.message(WireEncoder.message(message)) == message)
    }
  }

  @Test func mutatedMessagesNeverTrap() async {
    var generator = SeededGenerator(seed: 2)
    var refusedCount = 0
    for round in 0..<20_000 {
      await breathe(round)
      var bytes = Array(buffer: WireEncoder.message(message(&generator)))
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        mutate(&bytes, &generator)
      }
      do {
        _ = try WireDecoder.message(ByteBuffer(bytes: bytes))
        _ = try WireDecoder.handshake(ByteBuffer(bytes: bytes))
      } catch {
        refusedCount += 1
        #expect(!error.description.isEmpty)
      }
    }
    #expect(refusedCount > 1000, "the mutations must reach the error paths")
  }

  private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    guard let place = bytes.indices.randomElement(using: &generator) else { return }
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes[place] = .random(in: 0...255, using: &generator)
    case 1: bytes.remove(at: place)
    case 2: bytes.removeSubrange(place...)
    case 3: bytes.insert(bytes.randomElement(using: &generator) ?? 0, at: place)
    default: bytes[place] = Array("{}[]\",:\\u0-e.tfn".utf8).randomElement(using: &generator) ?? 0
    }
  }
}
