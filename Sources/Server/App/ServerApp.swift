import DriverAPI
import Foundation
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
      if !configuration.sharesDatabase { try await ClusterGate.checkIsUnshared(database) }
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
    let chat = try await openChat(configuration, database, logger)
    let health = HealthSource(chat: chat)
    let draining = Draining()
    let listener: ChatListener
    let settings: ChatListener.Settings
    do {
      settings = try ChatListener.Settings(
        configuration, descriptors: .raised(),
        databaseConnections: databaseOptions(logger).maxConnections)
      listener = try await ChatListener.start(
        settings, on: MultiThreadedEventLoopGroup.singleton,
        routes: HealthReport.routes(isDraining: { draining.hasBegun }) { health.report() }
          + [StartPage.route],
        entrance: chat,
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
    let signal = await signals.stops.first ?? "cancellation"
    reloading.cancel()
    giving.cancel()
    let furtherStops = signals.stops
    let impatience = Task { await endAtOnce(onNextOf: furtherStops, logger) }
    defer { impatience.cancel() }
    if configuration.drainSeconds > 0 {
      draining.begin()
      logger.info(
        "draining", metadata: ["signal": "\(signal)", "seconds": "\(configuration.drainSeconds)"])
      try await Task.sleep(for: .seconds(configuration.drainSeconds))
    }
    logger.info("stopping", metadata: ["signal": "\(signal)"])
    await listener.stopAccepting()
    await chat.shutdown()
    await listener.shutdown()
  }

  /// Who tells a server to stop twice does not want to wait. What was confirmed to anybody is stored; the rest is
  /// as after a crash.
  private static func endAtOnce(onNextOf stops: AsyncStream<String>, _ logger: Logger) async {
    guard let again = await stops.first else { return }
    logger.critical(
      "ended at once by a second signal; what was not stored yet is lost, and nobody was told that it was",
      metadata: ["signal": "\(again)"])
    _exit(1)
  }

  private static func openChat(
    _ configuration: ServerConfiguration, _ database: Database, _ logger: Logger
  ) async throws -> any ServedChat {
    let settings = ChatSettings(configuration)
    guard isShared(database, configuration) else {
      return try await ChatServer(
        database: database, settings: settings, flusher: EventLoopFlusher(), logger: logger)
    }
    let identity = ServerIdentity(configuration)
    return try await SharedChat(logger: logger) { whenLost in
      try await ChatServer(
        database: database, settings: settings, flusher: EventLoopFlusher(), sharing: identity,
        logger: logger, whenLost: whenLost)
    }
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
        address: configuration.listeningAddress)
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

extension ServerConfiguration {
  /// Where the server listens, for people.
  var listeningAddress: String { "\(bindAddress ?? "all addresses"), port \(port)" }
}

extension ServerIdentity {
  /// This process, as it is configured.
  init(_ configuration: ServerConfiguration) {
    self.init(
      name: configuration.serverName ?? "\(ProcessIdentity.host):\(configuration.port)",
      host: ProcessIdentity.place, process: ProcessIdentity.current,
      address: configuration.listeningAddress, isGone: ProcessIdentity.isGone)
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
