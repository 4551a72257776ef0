import ChatClient
import Foundation

/// The server under test, as the kernel of this machine sees it.
struct ServerProcess: Sendable {
  /// The process id.
  let pid: Int32

  /// A process whose id is known.
  ///
  /// - Throws: ``ChatClientError`` when there is none with that id.
  init(pid: Int32) throws(ChatClientError) {
    self.pid = pid
    guard FileManager.default.fileExists(atPath: "/proc/\(pid)/status") else {
      throw ChatClientError("There is no process \(pid).")
    }
  }

  /// The process that listens on `port` of this machine; nil if there is none or it belongs to
  /// somebody whose files may not be seen.
  init?(listeningOn port: Int) {
    let inodes = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { Self.inodes(in: $0, port: port) }
    let wanted = Set(inodes.map { "socket:[\($0)]" })
    guard !wanted.isEmpty else { return nil }
    let files = FileManager.default
    let entries = (try? files.contentsOfDirectory(atPath: "/proc")) ?? []
    for pid in entries.compactMap({ Int32($0) }) {
      // Other users' processes cannot be read; the server may still be one of ours.
      let sockets = (try? files.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
      let isIt = sockets.contains { name in
        (try? files.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(name)"))
          .map { wanted.contains($0) } ?? false
      }
      if isIt {
        self.pid = pid
        return
      }
    }
    return nil
  }

  /// Resident memory, in KiB.
  func residentKiB() throws(ChatClientError) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
      let value = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
    else { throw ChatClientError("The memory of process \(pid) cannot be read: has it ended?") }
    return value
  }

  /// Processor time used so far, in seconds; nil when it has ended.
  func processorSeconds() -> Double? {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let name = stat.lastIndex(of: ")")
    else { return nil }
    let fields = stat[name...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      return nil
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func inodes(in path: String, port: Int) -> [Substring] {
    guard let table = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return table.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: " ")
      // Field 3 is the state, 0A meaning that the socket listens.
      guard fields.count > 9, fields[3] == "0A", let local = fields[1].split(separator: ":").last,
        Int(local, radix: 16) == port
      else { return nil }
      return fields[9]
    }
  }
}
