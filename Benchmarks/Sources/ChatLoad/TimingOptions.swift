import ArgumentParser

/// How long and how fast, for the modes that send.
struct TimingOptions: ParsableArguments {
  @Option(help: "Seconds during which messages count.")
  var seconds = 10.0

  @Option(help: "Seconds of sending before messages count.")
  var warmUp = 1.0

  @Option(help: "Messages of one sender that may be without their echo.")
  var window = 32

  @Option(help: "Messages a second of each sender, instead of as fast as the window lets it.")
  var rate: Double?

  @Option(help: "Least number of bytes of a message.")
  var size = 64

  @Option(help: "What the names of users and channels begin with.")
  var prefix = "load"

  func validate() throws {
    guard (0.1...3600).contains(seconds), (0...3600).contains(warmUp) else {
      throw ValidationError("--seconds must be 0.1 to 3600, --warm-up 0 to 3600.")
    }
    guard (1...4096).contains(window), (0...1_000_000).contains(size) else {
      throw ValidationError("--window must be 1 to 4096, --size 0 to 1000000.")
    }
    guard rate.map({ $0 > 0 && $0 <= 100_000 }) ?? true else {
      throw ValidationError("--rate must be above 0, and 100000 at most.")
    }
    let isPlain = prefix.allSatisfy { character in
      character.isASCII
        && (character.isLetter || character.isNumber || character == "_" || character == "-")
    }
    guard (1...16).contains(prefix.utf8.count), isPlain else {
      throw ValidationError("--prefix must be 1 to 16 letters, digits, _ or -.")
    }
  }
}
