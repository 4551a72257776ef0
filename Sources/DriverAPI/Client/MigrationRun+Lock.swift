extension MigrationRun {
  /// Takes the lock of the session and runs what is missing.
  ///
  /// - Throws: `lockTimeout` if another process keeps the lock; what a statement threw.
  func underLock(_ acquire: String) async throws -> [Int] {
    let answer = try await connection.queryRow(SQL(raw: acquire), as: Int?.self)
    guard (answer ?? nil) == 1 else {
      throw DatabaseError(
        .lockTimeout, "another process holds the lock for migrations; try again when it is done")
    }
    return try await allStepwise()
  }

  /// Gives the lock of the session back, whatever became of the run: also when the task is cancelled,
  /// and when asking for the lock failed, since it may have been granted. [MIG-6]
  ///
  /// A session that cannot give it back is spent, and the server frees the lock when it ends. The
  /// error of the run is the news; that of the release is only reported.
  func giveBack(_ release: String) async {
    let connection = connection
    // A task of its own, which nobody cancels.
    await Task {
      do {
        _ = try await connection.query(SQL(raw: release), as: Value.self).collect()
      } catch {
        connection.session.instruments.reportWarning(
          "lock for migrations not given back, closing the connection",
          error as? DatabaseError ?? DatabaseError(.other, "\(error)"))
        connection.session.isSpent = true
      }
    }.value
  }
}
