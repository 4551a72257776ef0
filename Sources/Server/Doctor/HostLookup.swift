import Glibc

/// Whether a name of a server is known to this machine, as the client libraries ask for it.
enum HostLookup {
  /// The first host of a list that has no address; nil if all have one, or nobody answers in time.
  static func unknownName(of hosts: [String]) async -> String? {
    await TimeBox.run(within: .seconds(3)) {
      hosts.first { !$0.isEmpty && !$0.hasPrefix("/") && !hasAddress($0) }
    } ?? nil
  }

  /// Blocks, for as long as the system waits for its name server.
  private static func hasAddress(_ name: String) -> Bool {
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, nil, &found)
    freeaddrinfo(found)
    // Only what is surely no name: a name server that does not answer says nothing of it.
    return code != EAI_NONAME
  }
}
