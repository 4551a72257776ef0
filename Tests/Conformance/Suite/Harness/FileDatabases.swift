import DriverAPI
import FoundationEssentials

/// Files in a folder of this run, beside the file that the URL names.
final class FileDatabases: CaseDatabases {
  private struct State {
    var folder: RunFolder?
    var liveCount = 0
    var number = 0
  }

  private let url: DatabaseURL
  private let parent: String
  private let state = Mutex(State())

  init(_ url: DatabaseURL) {
    // A case's file is new, and whether the named one must exist or be written says nothing of it.
    self.url = url.setting(option: "mode", to: nil)
    let path = url.path ?? ""
    let slash = path.lastIndex(of: "/")
    parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  func make() async throws -> String {
    try state.withLock { state in
      let folder = try state.folder ?? openFolder()
      state.folder = folder
      state.liveCount += 1
      state.number += 1
      return url.naming(file: "\(folder.path)/\(state.number).db").textWithSecrets
    }
  }

  func remove(_ url: String) async {
    state.withLock { state in
      if let path = (try? DatabaseURL(url))?.path {
        for ending in ["", "-wal", "-shm", "-journal"] {
          // Most of them are not there; the folder tells below what could not be removed.
          try? FileManager.default.removeItem(atPath: path + ending)
        }
      }
      state.liveCount -= 1
      if state.liveCount == 0 { removeFolder(&state) }
    }
  }

  func close() async -> [String] {
    state.withLock { state in
      removeFolder(&state)
      return state.folder.map { [$0.path] } ?? []
    }
  }

  private func removeFolder(_ state: inout State) {
    if state.folder?.remove() == true { state.folder = nil }
  }

  private func openFolder() throws -> RunFolder {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: parent) else {
      throw DatabaseError(
        .cannotConnect,
        "the directory \(parent) cannot be read; the cases' files go beside the file of the URL")
    }
    for name in names where CaseName.run(of: name) != nil {
      // One that is locked belongs to a run that is at work.
      if let left = RunFolder(existing: "\(parent)/\(name)") { _ = left.remove() }
    }
    return try RunFolder(in: parent)
  }
}
