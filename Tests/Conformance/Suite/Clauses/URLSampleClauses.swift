import DriverAPI

// What the URLs of a driver can say, as its harness knows it.
let urlSampleClauses = [
  Clause("URL-9", "Each option of a URL has the effect that it names.", weight: .heavy) { context in
    try await context.checkSamples { meaning in
      switch meaning {
      case .taken, .gives, .forbids: true
      case .refused, .fails, .either: false
      }
    }
  },

  Clause("URL-9", "What a driver cannot do is refused by its name, with the remedy.") { context in
    try await context.checkSamples { if case .refused = $0 { true } else { false } }
  },

  Clause("CONN-2", "Why there is no session is told, with the place.", weight: .heavy) { context in
    try await context.checkSamples { meaning in
      switch meaning {
      case .fails, .either: true
      case .taken, .gives, .forbids, .refused: false
      }
    }
  },
]

extension ConformanceContext {
  /// Checks the samples of which something is said that the condition asks for.
  fileprivate func checkSamples(where isAsked: (URLSample.Meaning) -> Bool) async throws {
    let samples = harness.urlSamples(of: try await facts(), at: try DatabaseURL(url))
    if samples.isEmpty { throw NotSaid("the harness says nothing of the driver's URLs") }
    // In their order: one may open what the one before it has made.
    for sample in samples where isAsked(sample.meaning) {
      let text = try sample.url(url)
      let told = (try? DatabaseURL(text)).map { "\($0)" } ?? text
      if let failure = try await failure(of: sample.meaning, at: text) {
        throw ClauseFailure("\(told): \(failure)")
      }
    }
  }

  /// What is wrong with how a URL is taken; nil if nothing is.
  private func failure(of meaning: URLSample.Meaning, at text: String) async throws -> String? {
    switch meaning {
    case .taken:
      do { _ = try harness.driver.plan(for: DatabaseURL(text)) } catch {
        return "refused: \(error)"
      }
      return nil
    case .refused(let words):
      do {
        _ = try harness.driver.plan(for: DatabaseURL(text))
        return "it was taken"
      } catch {
        return Self.difference(error, .misuse, words)
      }
    case .gives(let value, let query):
      return try await opened(text) { db in
        let found = Self.text(of: try await db.single(SQL(raw: query), as: Value.self))
        return found == value ? nil : "\(query) gives \(found) and not \(value)"
      }
    case .forbids(let statement, let kind):
      return try await opened(text) { db in
        do { try await db.exec(SQL(raw: statement)) } catch let error as DatabaseError {
          return error.kind == kind ? nil : "\(statement) fails otherwise: \(error)"
        }
        return "\(statement) runs"
      }
    case .fails(let kind, let words):
      do {
        let db = try await open(DatabaseURL(text), with: harness.driver)
        await db.close()
        return "a session was opened"
      } catch let error as DatabaseError {
        return Self.difference(error, kind, words)
      }
    case .either(let meanings):
      var failures: [String] = []
      for meaning in meanings {
        guard let failure = try await failure(of: meaning, at: text) else { return nil }
        failures.append(failure)
      }
      return failures.joined(separator: "; nor: ")
    }
  }

  private func opened(
    _ text: String, _ look: (Database) async throws -> String?
  ) async throws -> String? {
    do {
      let db = try await open(DatabaseURL(text), with: harness.driver)
      let failure = try await look(db)
      await db.close()
      return failure
    } catch let error as DatabaseError {
      return "failed: \(error)"
    }
  }

  private static func text(of value: Value) -> String {
    switch value {
    case .text(let text): text
    case .int(let integer): "\(integer)"
    default: "\(value)"
    }
  }

  private static func difference(
    _ error: DatabaseError, _ kind: DatabaseError.Kind, _ words: [String]
  ) -> String? {
    if error.kind != kind { return "it fails otherwise: \(error)" }
    // Nothing is lost by a call that was refused.
    if (error.connection == .spent) == (kind == .misuse) {
      return "the connection is \(error.connection) after \(error)"
    }
    if error.execution != .notSent { return "it fails as \(error.execution): \(error)" }
    let missing = words.first { !"\(error)".contains($0) }
    return missing.map { "the error does not speak of '\($0)': \(error)" }
  }
}
