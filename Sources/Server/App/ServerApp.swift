import DriverAPI
import Logging
import NIOCore
import NIOPosix

/// The assembly of the server: the one place where configuration, drivers, chat and transport meet.
enum ServerApp {
  /// Runs the server until SIGINT or SIGTERM, then stores what was taken, tells every client, and
  /// returns. SIGHUP reads the configuration again.
  ///
  /// - Parameters:
  ///   - drivers: the databases that can be opened.
  ///   - readAgain: the configuration as it is by now.
  /// - Throws: why the database cannot be used or the port cannot be had.
  static func serve(
    _ configuration: ServerConfiguration, _ drivers: DriverRegistry,
    readAgain: @escaping @Sendable () throws(ConfigurationError) -> ServerConfiguration
  ) async throws {
    let signals = ProcessSignals()
    let level = LogLevel(configuration.loggerLevel)
    let logger = makeLogger(level)
    let database = try await openDatabase(configuration, drivers, logger)
    logger.info(
      "starting",
      metadata: [
        "version": "\(ServerVersion.current.detail)", "database": "\(database.url)",
        "engine": "\(database.server.product) \(database.server.version)",
      ])
    do {
      try await ChatMove.checkIsWhole(database)
      let lease = try await takeLease(configuration, database, logger)
      let reload = Reload(current: configuration, level: level, logger: logger, read: readAgain)
      let stop = signals.stop
      let keeping = lease.map { lease in
        Task {
          guard await lease.keep(logger) else { return }
          logger.critical("another server has taken this database over")
          stop("the loss of the lease")
        }
      }
      let outcome: Result<Void, any Error>
      do {
        outcome = .success(try await serve(configuration, database, logger, signals, reload))
      } catch {
        outcome = .failure(error)
      }
      keeping?.cancel()
      await keeping?.value
      await lease?.release(logger)
      try outcome.get()
    } catch {
      await database.close()
      throw error
    }
    await database.close()
    logger.info("stopped")
  }

  private static func serve(
    _ configuration: ServerConfiguration, _ database: Database, _ logger: Logger,
    _ signals: ProcessSignals, _ reload: Reload
  ) async throws {
    let chat = try await ChatServer(
      database: database, settings: ChatSettings(configuration),
      isShared: isShared(database, configuration), flusher: EventLoopFlusher(), logger: logger)
    let health = HealthSource(chat: chat)
    let listener: ChatListener
    let settings: ChatListener.Settings
    do {
      settings = try ChatListener.Settings(
        configuration, descriptors: .raised(),
        databaseConnections: databaseOptions(logger).maxConnections)
      listener = try await ChatListener.start(
        settings, on: MultiThreadedEventLoopGroup.singleton,
        routes: HealthReport.routes { health.report() } + [StartPage.route], entrance: chat,
        logger: logger)
    } catch {
      await chat.shutdown()
      throw error
    }
    logger.info(
      "serving",
      metadata: [
        "port": "\(listener.port)", "max_connections": "\(settings.limits.maxConnections)",
        "retention": "\(configuration.retentionMax)", "log_level": "\(configuration.logLevel)",
      ])
    Banner(
      configuration: configuration, database: database, port: listener.port,
      limits: settings.limits
    ).show()
    let giving = Task { await ProcessMemory.giveBack() }
    let reloads = signals.reloads
    let reloading = Task { for await _ in reloads { reload.run(listener) } }
    let signal = await signals.firstStop
    reloading.cancel()
    giving.cancel()
    logger.info("stopping", metadata: ["signal": "\(signal)"])
    await listener.stopAccepting()
    await chat.shutdown()
    await listener.shutdown()
  }

  /// Whether other servers may serve the same chat. Not on an engine that serves one process at a time,
  /// whatever the configuration says.
  private static func isShared(
    _ database: Database, _ configuration: ServerConfiguration
  ) -> Bool {
    configuration.sharesDatabase && BatchLedger.isNeeded(for: database)
  }

  private static func takeLease(
    _ configuration: ServerConfiguration, _ database: Database, _ logger: Logger
  ) async throws -> ServerLease? {
    guard !isShared(database, configuration) else { return nil }
    let lease = ServerLease(
      database,
      for: ServerLease.Holder(
        host: ProcessIdentity.host, process: ProcessIdentity.current,
        address: "\(configuration.bindAddress ?? "all addresses"), port \(configuration.port)")
    ) { ProcessIdentity.isGone($0.process) }
    try await lease.take(logger)
    return lease
  }

  private static func openDatabase(
    _ configuration: ServerConfiguration, _ drivers: DriverRegistry, _ logger: Logger
  ) async throws -> Database {
    do {
      return try await Database.open(
        configuration.database, configuration: databaseOptions(logger), registry: drivers)
    } catch {
      throw StartFailure(what: "cannot open the database of MARCHAT_DB_PATH", why: error)
    }
  }

  private static func databaseOptions(_ logger: Logger) -> DatabaseConfiguration {
    var options = DatabaseConfiguration()
    options.logger = logger
    return options
  }

  private static func makeLogger(_ level: LogLevel) -> Logger {
    Logger(label: "dovetail") {
      AdjustableLogHandler(StreamLogHandler.standardError(label: $0), level)
    }
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
