import DriverAPI
import Testing

@Suite("Hosts that say nothing are tried last")
struct SilentHostsTests {
  @Test("those that were silent come last, in their order, and the others stay in theirs")
  func last() {
    let silent = SilentHosts(for: .seconds(60))
    #expect(silent.last(of: ["a", "b", "c"], by: \.self) == ["a", "b", "c"])
    silent.noteSilence(of: "a")
    silent.noteSilence(of: "c")
    #expect(silent.last(of: ["a", "b", "c", "d"], by: \.self) == ["b", "d", "a", "c"])
    #expect(silent.last(of: ["a"], by: \.self) == ["a"])
  }

  @Test("when the time is over one session looks, and the others wait until it has found something")
  func oneLooks() async throws {
    let silent = SilentHosts(for: .milliseconds(300))
    silent.noteSilence(of: "a")
    #expect(silent.last(of: ["a", "b"], by: \.self) == ["b", "a"])
    try await Task.sleep(for: .milliseconds(350))
    #expect(silent.last(of: ["a", "b"], by: \.self) == ["a", "b"])
    #expect(silent.last(of: ["a", "b"], by: \.self) == ["b", "a"])
    silent.noteAnswer(of: "a")
    #expect(silent.last(of: ["a", "b"], by: \.self) == ["a", "b"])
  }
}
