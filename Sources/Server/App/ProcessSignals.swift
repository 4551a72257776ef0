import Dispatch
import Foundation

/// What the operator tells the process by signals.
///
/// SIGINT and SIGTERM stop the server, SIGHUP makes it read again what can change while it runs, and
/// those whose default would end the process without a word do nothing.
final class ProcessSignals {
  /// The names of the signals that stop the server. The first asks for it; the second is from somebody who does
  /// not want to wait.
  let stops: AsyncStream<String>
  /// Stops the server for another reason than a signal.
  let stop: @Sendable (_ reason: String) -> Void
  /// One element for each SIGHUP; several that come together are one.
  let reloads: AsyncStream<Void>
  private var sources: [any DispatchSourceSignal] = []

  /// Takes the signals over, from now on.
  init() {
    let (stops, stop) = AsyncStream.makeStream(of: String.self)
    let (reloads, reload) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.stops = stops
    self.stop = { reason in stop.yield(reason) }
    self.reloads = reloads
    for number in [SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM] { signal(number, SIG_IGN) }
    take(SIGINT) { stop.yield("SIGINT") }
    take(SIGTERM) { stop.yield("SIGTERM") }
    take(SIGHUP) { reload.yield() }
  }

  deinit {
    for source in sources { source.cancel() }
  }

  private func take(_ number: Int32, _ body: @escaping @Sendable () -> Void) {
    // Without this the default action would end the process before the source is asked.
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number)
    source.setEventHandler(handler: body)
    source.resume()
    sources.append(source)
  }
}

extension AsyncStream {
  /// The next element, once it has come; nil if the task is cancelled before.
  var first: Element? {
    get async {
      for await element in self { return element }
      return nil
    }
  }
}
