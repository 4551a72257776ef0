import Foundation

/// A case of the Autobahn test suite for WebSockets: what a client sends, and what must come of it.
///
/// The numbers are those of the suite (github.com/crossbario/autobahn-testsuite), which runs on
/// Python 2 only; the cases are written anew from its descriptions and from RFC 6455.
struct AutobahnCase: Sendable, CustomStringConvertible {
  /// How it ends.
  enum End: Sendable, Equatable {
    /// Our close frame with 1000 is answered with it.
    case clean
    /// What was sent held a close frame, which is answered with this code, or with none.
    case answered(code: UInt16?)
    /// The server fails the connection with this code.
    case failed(code: UInt16)
  }

  var id: String
  /// What is sent; made when it is needed, since some of it is large.
  var bytes: @Sendable () -> [UInt8]
  /// How many bytes are sent at once; nil for all.
  var chop: Int?
  /// What the server says before the end, in order.
  var said: @Sendable () -> [TestWebSocketClient.Event]
  var end: End

  var description: String { id }

  init(
    _ id: String, _ frames: @autoclosure @escaping @Sendable () -> [[UInt8]], chop: Int? = nil,
    says: @autoclosure @escaping @Sendable () -> [TestWebSocketClient.Event] = [],
    _ end: End = .clean
  ) {
    self.id = id
    bytes = { Array(frames().joined()) }
    self.chop = chop
    said = says
    self.end = end
  }

  static let all =
    echoes + pings + reservedBits + opcodes + fragments + texts + closes + limits
}

// MARK: - Frames

extension AutobahnCase {
  /// A frame; the mask of those of one byte repeated is 0, so that many and large ones are made
  /// quickly.
  static func frame(
    _ opcode: UInt8, _ payload: some Collection<UInt8>, fin: Bool = true, rsv: UInt8 = 0
  ) -> [UInt8] {
    guard payload.count > 16, payload.first == UInt8(ascii: "*") else {
      return TestWebSocketClient.frame(
        opcode: opcode, Array(payload), isFinal: fin, reservedBits: rsv)
    }
    let head = TestWebSocketClient.frame(
      opcode: opcode, [], isFinal: fin, reservedBits: rsv, announcedLength: payload.count)
    return head.dropLast(4) + [0, 0, 0, 0] + payload
  }

  static func text(_ text: String, fin: Bool = true, rsv: UInt8 = 0) -> [UInt8] {
    frame(0x1, text.utf8, fin: fin, rsv: rsv)
  }

  static func more(_ text: String, fin: Bool = true) -> [UInt8] {
    frame(0x0, text.utf8, fin: fin)
  }

  static func ping(_ payload: [UInt8] = [], rsv: UInt8 = 0) -> [UInt8] {
    frame(0x9, payload, rsv: rsv)
  }

  static func close(_ code: UInt16?, _ reason: [UInt8] = []) -> [UInt8] {
    frame(0x8, (code.map { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] } ?? []) + reason)
  }
}

// MARK: - 1 Framing, 2 Pings and pongs, 3 Reserved bits, 4 Opcodes

extension AutobahnCase {
  private static let echoes = [(1, UInt8(0x1)), (2, 0x2)].flatMap { section, opcode in
    [
      (0, nil), (125, nil), (126, nil), (127, nil), (128, nil), (65_535, nil), (65_536, nil),
      (65_536, 997),
    ]
    .enumerated().map { index, size in
      let payload = String(repeating: "*", count: size.0)
      return AutobahnCase(
        "1.\(section).\(index + 1)", [frame(opcode, payload.utf8)], chop: size.1,
        says: [.text(payload)])
    }
  }

  private static let pings: [AutobahnCase] = {
    let binary: [UInt8] = [0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF]
    let long = [UInt8](repeating: 0xFE, count: 125)
    let ten = (0..<10).map { Array("payload-\($0)".utf8) }
    return [
      AutobahnCase("2.1", [ping()], says: [.pong([])]),
      AutobahnCase(
        "2.2", [ping(Array("Hello, world!".utf8))], says: [.pong(Array("Hello, world!".utf8))]),
      AutobahnCase("2.3", [ping(binary)], says: [.pong(binary)]),
      AutobahnCase("2.4", [ping(long)], says: [.pong(long)]),
      AutobahnCase("2.5", [ping(long + [0xFE])], .failed(code: 1002)),
      AutobahnCase("2.6", [ping(long)], chop: 1, says: [.pong(long)]),
      AutobahnCase("2.7", [frame(0xA, [])]),
      AutobahnCase("2.8", [frame(0xA, Array("unsolicited pong payload".utf8))]),
      AutobahnCase(
        "2.9", [frame(0xA, Array("unsolicited".utf8)), ping([1])], says: [.pong([1])]),
      AutobahnCase("2.10", ten.map { ping($0) }, says: ten.map { .pong($0) }),
      AutobahnCase("2.11", ten.map { ping($0) }, chop: 1, says: ten.map { .pong($0) }),
    ]
  }()

  private static let reservedBits: [AutobahnCase] = {
    let hello = text("Hello, world!")
    let bad = { @Sendable (rsv: UInt8) in text("Hello, world!", rsv: rsv) }
    let said: [TestWebSocketClient.Event] = [.text("Hello, world!")]
    return [
      AutobahnCase("3.1", [bad(1)], .failed(code: 1002)),
      AutobahnCase("3.2", [hello, bad(2), ping()], says: said, .failed(code: 1002)),
      AutobahnCase("3.3", [hello, bad(3), ping()], chop: 7, says: said, .failed(code: 1002)),
      AutobahnCase("3.4", [hello, bad(4), ping()], chop: 1, says: said, .failed(code: 1002)),
      AutobahnCase("3.5", [frame(0x2, [0, 1, 2], rsv: 5)], .failed(code: 1002)),
      AutobahnCase("3.6", [ping([1], rsv: 6)], .failed(code: 1002)),
      AutobahnCase("3.7", [frame(0x8, [], rsv: 7)], .failed(code: 1002)),
    ]
  }()

  private static let opcodes = [(1, UInt8(3)), (2, 11)].flatMap { section, first in
    (0..<5).map { index in
      let opcode = first + UInt8(index)
      let hello = text("Hello, world!")
      let before = index < 2 ? [] : [hello]
      return AutobahnCase(
        "4.\(section).\(index + 1)",
        before + [
          frame(opcode, index.isMultiple(of: 2) ? [] : Array("reserved opcode".utf8)), ping(),
        ],
        chop: index == 4 ? 1 : nil, says: before.isEmpty ? [] : [.text("Hello, world!")],
        .failed(code: 1002))
    }
  }
}

// MARK: - 5 Fragmentation

extension AutobahnCase {
  private static let fragments: [AutobahnCase] = {
    let first = text("fragment1", fin: false)
    let middle = more("fragment2", fin: false)
    let last = more("fragment2")
    let whole: [TestWebSocketClient.Event] = [.text("fragment1fragment2")]
    let stray = more("non-continuation payload")
    let strayOpen = more("non-continuation payload", fin: false)
    let hello = text("Hello, world!")
    let bad = End.failed(code: 1002)
    let five = (2...4).map { more("fragment\($0)", fin: false) }
    return [
      AutobahnCase("5.1", [frame(0x9, [1], fin: false), frame(0x0, [2])], bad),
      AutobahnCase("5.2", [frame(0xA, [1], fin: false), frame(0x0, [2])], bad),
      AutobahnCase("5.3", [first, last], says: whole),
      AutobahnCase("5.4", [first, last], chop: 4, says: whole),
      AutobahnCase("5.5", [first, last], chop: 1, says: whole),
      AutobahnCase("5.6", [first, ping([7]), last], says: [.pong([7])] + whole),
      AutobahnCase("5.7", [first, ping([7]), last], chop: 4, says: [.pong([7])] + whole),
      AutobahnCase("5.8", [first, ping([7]), last], chop: 1, says: [.pong([7])] + whole),
      AutobahnCase("5.9", [stray, hello], bad),
      AutobahnCase("5.10", [stray, hello], chop: 4, bad),
      AutobahnCase("5.11", [stray, hello], chop: 1, bad),
      AutobahnCase("5.12", [strayOpen, hello], bad),
      AutobahnCase("5.13", [strayOpen, hello], chop: 4, bad),
      AutobahnCase("5.14", [strayOpen, hello], chop: 1, bad),
      AutobahnCase(
        "5.15", [first, last, more("fragment3", fin: false), text("fragment4")], says: whole, bad),
      AutobahnCase("5.16", [strayOpen, first, last], bad),
      AutobahnCase("5.17", [stray, first, last], bad),
      AutobahnCase("5.18", [first, text("fragment2")], bad),
      AutobahnCase(
        "5.19",
        [
          first, middle, ping([1]), more("fragment3", fin: false), more("fragment4", fin: false),
          ping([2]), more("fragment5"),
        ],
        says: [.pong([1]), .pong([2]), .text("fragment1fragment2fragment3fragment4fragment5")]),
      AutobahnCase(
        "5.20", [first] + five + [ping([1]), more("fragment5")], chop: 1,
        says: [.pong([1]), .text("fragment1fragment2fragment3fragment4fragment5")]),
    ]
  }()
}

// MARK: - 7 Closing

extension AutobahnCase {
  private static let closes: [AutobahnCase] = {
    let hello = text("Hello World!")
    let said: [TestWebSocketClient.Event] = [.text("Hello World!")]
    let big = String(repeating: "BAsd7&jh23", count: 26_214)
    var cases = [
      AutobahnCase("7.1.1", [hello, close(1000)], says: said, .answered(code: 1000)),
      AutobahnCase("7.1.2", [close(1000), close(1000)], .answered(code: 1000)),
      AutobahnCase("7.1.3", [close(1000), ping([1])], .answered(code: 1000)),
      AutobahnCase("7.1.4", [close(1000), hello], .answered(code: 1000)),
      AutobahnCase(
        "7.1.5", [text("fragment1", fin: false), close(1000), more("fragment2")],
        .answered(code: 1000)),
      AutobahnCase(
        "7.1.6", [text(big), hello, close(1000), ping([1])], says: [.text(big)] + said,
        .answered(code: 1000)),
      AutobahnCase("7.3.1", [close(nil)], .answered(code: nil)),
      AutobahnCase("7.3.2", [frame(0x8, [0x61])], .failed(code: 1002)),
      AutobahnCase("7.3.3", [close(1000)], .answered(code: 1000)),
      AutobahnCase("7.3.4", [close(1000, Array("Hello World!".utf8))], .answered(code: 1000)),
      AutobahnCase(
        "7.3.5", [close(1000, [UInt8](repeating: 0x2A, count: 123))], .answered(code: 1000)),
      AutobahnCase(
        "7.3.6", [close(1000, [UInt8](repeating: 0x2A, count: 124))], .failed(code: 1002)),
      AutobahnCase(
        "7.5.1", [close(1000, bytes("cebae1bdb9cf83cebcceb5eda080656469746564"))],
        .failed(code: 1007)),
    ]
    let valid: [UInt16] = [
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ]
    for (index, code) in valid.enumerated() {
      cases.append(AutobahnCase("7.7.\(index + 1)", [close(code)], .answered(code: code)))
    }
    let invalid: [UInt16] = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]
    for (index, code) in invalid.enumerated() {
      cases.append(AutobahnCase("7.9.\(index + 1)", [close(code)], .failed(code: 1002)))
    }
    for (index, code) in [UInt16(5000), 65_535].enumerated() {
      cases.append(AutobahnCase("7.13.\(index + 1)", [close(code)], .failed(code: 1002)))
    }
    return cases
  }()

  /// The bytes that hexadecimal digits say.
  static func bytes(_ digits: String) -> [UInt8] {
    let digits = Array(digits.utf8)
    return stride(from: 0, to: digits.count, by: 2).map { index in
      digits[index...index + 1].reduce(0) { $0 << 4 | ($1 < 0x3A ? $1 - 0x30 : $1 - 0x57) }
    }
  }
}

// MARK: - 9 Limits, 10 Automatic fragmentation

extension AutobahnCase {
  private static let limits = messages + parts + drops + rows + [automatic]

  /// What the suite's sizes are multiples of: a mebibyte where everything that takes long is asked
  /// for, and an eighth of it otherwise.
  private static let mebibyte =
    ProcessInfo.processInfo.environment["DOVETAIL_STRESS"] == nil ? 1 << 17 : 1 << 20

  private static func both(
    _ sections: (Int, Int), _ body: (_ section: Int, _ opcode: UInt8) -> [AutobahnCase]
  ) -> [AutobahnCase] {
    body(sections.0, 0x1) + body(sections.1, 0x2)
  }

  private static let messages = both((1, 2)) { section, opcode in
    [1, 4, 16, 64, 128, 256].map { mebibyte / 16 * $0 }.enumerated().map { index, size in
      AutobahnCase(
        "9.\(section).\(index + 1)", [frame(opcode, stars(size).utf8)],
        says: [.text(stars(size))])
    }
  }

  private static let parts = both((3, 4)) { section, opcode in
    (3...11).enumerated().map { index, exponent in
      // 64, 256, 1024 … bytes, up to the whole.
      let size = min(1 << (2 * exponent), 4 * mebibyte)
      let count = 4 * mebibyte / size
      return AutobahnCase(
        "9.\(section).\(index + 1)",
        (0..<count).map { frame($0 == 0 ? opcode : 0, stars(size).utf8, fin: $0 == count - 1) },
        says: [.text(stars(4 * mebibyte))])
    }
  }

  private static let drops = both((5, 6)) { section, opcode in
    [64, 128, 256, 512, 1024, 2048].enumerated().map { index, chop in
      AutobahnCase(
        "9.\(section).\(index + 1)", [frame(opcode, stars(mebibyte).utf8)], chop: chop,
        says: [.text(stars(mebibyte))])
    }
  }

  private static let rows = both((7, 8)) { section, opcode in
    [0, 16, 64, 256, 1024, 4096].enumerated().map { index, size in
      AutobahnCase(
        "9.\(section).\(index + 1)", (0..<1000).map { _ in frame(opcode, stars(size).utf8) },
        says: Array(repeating: .text(stars(size)), count: 1000))
    }
  }

  private static let automatic = AutobahnCase(
    "10.1.1",
    (0..<51).map { index in
      frame(
        index == 0 ? 0x1 : 0, stars(65_536).utf8.prefix(1300 * (index + 1)).dropFirst(1300 * index),
        fin: index == 50)
    }, says: [.text(stars(65_536))])

  private static func stars(_ count: Int) -> String { String(repeating: "*", count: count) }
}
