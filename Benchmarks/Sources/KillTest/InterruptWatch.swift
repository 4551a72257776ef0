import Dispatch
import Foundation

/// Takes what was started along when the test itself is interrupted.
struct InterruptWatch {
  private let sources: [any DispatchSourceSignal]

  init(_ server: ServerUnderTest) { self.init { server.kill() } }

  /// - Parameter kill: ends what was started.
  init(_ kill: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        kill()
        exit(128 + number)
      }
      source.resume()
      return source
    }
  }

  /// Leaves interrupts to themselves again.
  func cancel() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}
