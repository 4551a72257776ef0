import Foundation
import SQLLogicTest

/// The scripts: those of this project, and the public ones that are not part of it.
enum Corpus {
  /// This project's own records, which always run.
  static let own: [URL] = files(
    in: repository.appending(path: "Tests/Conformance/SQLLogicTest/Records"))

  /// The folder of the public scripts: what `DOVETAIL_SLT` says, or beside the repository.
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["DOVETAIL_SLT"] {
      return URL(filePath: path, relativeTo: repository).absoluteURL
    }
    return repository.appending(path: "../shared/data/sqllogictest").standardized
  }()

  /// Whether the public scripts are there.
  static let isPresent = FileManager.default.fileExists(
    atPath: folder.appending(path: "select1.test").path)

  /// Whether every engine must be there.
  static let asksServers = ProcessInfo.processInfo.environment["DOVETAIL_SERVERS"] != nil

  /// Whether somebody says where the public scripts are.
  static let isNamed = ProcessInfo.processInfo.environment["DOVETAIL_SLT"] != nil

  /// One of the public scripts.
  static func script(_ name: String) throws -> SQLLogicScript {
    try SQLLogicScript(contentsOf: folder.appending(path: name))
  }

  private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../..").standardized

  private static func files(in folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".test") }.sorted().map { folder.appending(path: $0) }
  }
}
