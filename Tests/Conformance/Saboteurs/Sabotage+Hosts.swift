import DriverAPI

extension Sabotage {
  /// What a driver can get wrong that knows several servers of one database.
  static let ofHosts: [Sabotage] = [
    demoted("takes a demoted server for a transaction that only reads") {
      $0.with(kind: .readOnly, connection: .usable)
    },
    demoted("says that a write to a demoted server may have happened") {
      $0.with(execution: .unknown)
    },
    Sabotage("does not say which server its sessions are with", "HA-2") {
      $0.engines = servers
      $0.hidesEndpoint = true
      $0.meetsAll = true
    },
    Sabotage("takes every write that is refused for a demoted server", "HA-3") {
      $0.engines = servers
      $0.error = { $0.kind == .readOnly ? $0.with(kind: .notPrimary, connection: .spent) : $0 }
    },
    Sabotage("takes whichever server answers", "HA-1", "HA-2", "HA-6") {
      $0.engines = servers
      $0.passesOver = "target_session_attrs"
      $0.meetsAll = true
    },
    Sabotage("takes any word for a kind of server", "HA-1") {
      $0.engines = servers
      $0.plan = { driver, url throws(DatabaseError) in
        try driver.plan(for: url.setting(option: "target_session_attrs", to: nil))
      }
    },
    Sabotage("does not shuffle hosts", "HA-4") {
      $0.engines = servers
      $0.passesOver = "load_balance_hosts"
    },
    Sabotage("says of a server out of reach that the write may have happened", "HA-6") {
      $0.engines = servers
      $0.error = { $0.kind == .cannotConnect ? $0.with(execution: .unknown) : $0 }
    },
    claims("claims to know several hosts", "HA-1") { $0.severalHosts = true },
    claims("denies that it knows several hosts", "HA-1", "HA-7") { $0.severalHosts = false },
  ]

  private static let servers: Set<String> = ["postgres", "mysql", "mariadb"]

  private static func demoted(
    _ name: String, change: @escaping @Sendable (DatabaseError) -> DatabaseError
  ) -> Sabotage {
    Sabotage(name, "HA-2") {
      $0.engines = servers
      $0.meetsAll = true
      $0.error = { $0.kind == .notPrimary ? change($0) : $0 }
    }
  }
}
