import DriverAPI
import Logging
import NIOCore
import NIOPosix

/// The assembly of the server: the one place where configuration, drivers, chat and transport meet.
enum ServerApp {
  /// Runs the server until SIGINT or SIGTERM, then stores what was taken, tells every client, and
  /// returns.
  ///
  /// - Parameter drivers: the databases that can be opened.
  /// - Throws: why the database cannot be used or the port cannot be had.
  static func serve(
    _ configuration: ServerConfiguration, _ drivers: DriverRegistry
  ) async throws {
    let logger = makeLogger(configuration)
    let stop = StopSignal()
    let database = try await openDatabase(configuration, drivers, logger)
    do {
      try await serve(configuration, database, logger, until: stop)
    } catch {
      await database.close()
      throw error
    }
    await database.close()
    logger.info("stopped")
  }

  private static func serve(
    _ configuration: ServerConfiguration, _ database: Database, _ logger: Logger,
    until stop: StopSignal
  ) async throws {
    let chat = try await ChatServer(
      database: database, settings: ChatSettings(configuration), flusher: EventLoopFlusher(),
      logger: logger)
    let health = HealthSource(chat: chat)
    let listener: ChatListener
    do {
      listener = try await ChatListener.start(
        ChatListener.Settings(configuration), on: MultiThreadedEventLoopGroup.singleton,
        routes: HealthReport.routes { await health.report() }, entrance: chat, logger: logger)
    } catch {
      await chat.shutdown()
      throw error
    }
    Banner(configuration: configuration, database: database, port: listener.port).show()
    let signal = await stop.first
    logger.info("stopping", metadata: ["signal": "\(signal)"])
    await listener.stopAccepting()
    await chat.shutdown()
    await listener.shutdown()
  }

  private static func openDatabase(
    _ configuration: ServerConfiguration, _ drivers: DriverRegistry, _ logger: Logger
  ) async throws -> Database {
    var options = DatabaseConfiguration()
    options.logger = logger
    do {
      return try await Database.open(
        configuration.database, configuration: options, registry: drivers)
    } catch {
      throw StartFailure(what: "cannot open the database of MARCHAT_DB_PATH", why: error)
    }
  }

  private static func makeLogger(_ configuration: ServerConfiguration) -> Logger {
    var logger = Logger(label: "dovetail") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = Logger.Level(rawValue: configuration.logLevel.lowercased()) ?? .info
    return logger
  }
}

/// Why the server did not start, for the terminal.
struct StartFailure: Error, CustomStringConvertible {
  var what: String
  var why: DatabaseError

  var description: String { "\(what): \(why)" }
}

/// Sends what is queued with one task per event loop.
struct EventLoopFlusher: SocketFlusher {
  func flush(_ sockets: [any ClientSocket]) { FlushBatch.flush(sockets) }
}

extension ChatSettings {
  /// The chat's part of the configuration.
  init(_ configuration: ServerConfiguration) {
    self.init()
    adminKey = configuration.adminKey
    admins = configuration.admins
    allowedUsers = configuration.allowedUsers
    maxFileBytes = Int(configuration.maxFileBytes)
    maxTextBytes = configuration.maxTextBytes
    banHistoryGaps = configuration.hidesHistoryOfBans
    rateLimitIsOn = configuration.isRateLimited
    restoresChannel = configuration.restoresChannel
    retentionMax = configuration.retentionMax
    retentionTTL = configuration.messageTTLHours.map { .seconds($0 * 3600) }
  }
}
