import Dispatch
import Foundation

/// Takes the server along when the test itself is interrupted.
struct InterruptWatch {
  private let sources: [any DispatchSourceSignal]

  init(_ server: ServerUnderTest) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        server.kill()
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
