import Dispatch
import Foundation
import Logging
import NIOCore
import NIOPosix

/// The assembly of the server.
enum ServerApp {
  /// Runs the server until SIGINT or SIGTERM, then closes all connections in an orderly way.
  static func serve(configuration: ServerConfiguration) async throws {
    let logger = Logger(label: "dovetail")
    let listener = try await ChatListener.start(
      ChatListener.Settings(configuration), on: MultiThreadedEventLoopGroup.singleton, routes: [],
      entrance: ClosedEntrance(), logger: logger)
    logger.info("listening", metadata: ["port": "\(listener.port)"])
    await firstStopSignal()
    await listener.shutdown()
  }

  /// Checks the configuration and prints what was found.
  ///
  /// - Returns: the process's exit code; not 0 if something is wrong.
  static func doctor(
    flags: ServerFlags, environment: [String: String], asJSON: Bool
  ) async -> Int32 {
    var (status, message) = ("ok", "configuration loaded from env and .env")
    do throws(ConfigurationError) {
      _ = try ServerConfiguration.load(flags: flags, environment: environment)
    } catch {
      (status, message) = ("error", error.message)
    }
    var json = JSONWriter(capacity: 256)
    json.member("{\"checks\":[{\"id\":\"config_load\",\"status\":", status)
    json.member(",\"message\":", message)
    json.raw("}]}")
    print(asJSON ? String(buffer: json.finish()) : "  [\(status)] config_load: \(message)")
    return status == "ok" ? 0 : 1
  }

  private static func firstStopSignal() async {
    let signals = AsyncStream.makeStream(of: Int32.self)
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { signals.continuation.yield(number) }
      source.resume()
      return source
    }
    for await _ in signals.stream { break }
    sources.forEach { $0.cancel() }
  }
}

/// Closes every socket: this server has no chat yet.
private struct ClosedEntrance: ChatEntrance {
  private final class Receiver: SocketReceiver {
    func received(_ message: ByteBuffer) {}
    func closed() {}
  }

  func open(_ socket: any ClientSocket) -> any SocketReceiver {
    socket.close(code: CloseCode.internalError, reason: "the chat is not running")
    return Receiver()
  }
}
