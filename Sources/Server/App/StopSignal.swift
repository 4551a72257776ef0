import Dispatch
import Foundation

/// Waits for somebody to stop the process.
final class StopSignal {
  private let arrived: AsyncStream<String>
  private let sources: [any DispatchSourceSignal]

  /// Takes SIGINT and SIGTERM over, from now on.
  init() {
    let (stream, continuation) = AsyncStream.makeStream(of: String.self)
    arrived = stream
    sources = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")].map { number, name in
      // Without this the default action would end the process before the source is asked.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { continuation.yield(name) }
      source.resume()
      return source
    }
  }

  deinit {
    for source in sources { source.cancel() }
  }

  /// The name of the first signal, once it has come.
  var first: String {
    get async {
      for await name in arrived { return name }
      return "cancellation"
    }
  }
}
