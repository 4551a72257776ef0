import ArgumentParser
import ChatClient

/// Which server, for every mode.
struct ServerOptions: ParsableArguments {
  @Option(help: "The chat server.")
  var url = "ws://127.0.0.1:8080/ws"

  @Flag(help: "Let the server be on another machine; be sure that it is yours.")
  var allowRemote = false

  @Option(help: "The server's process, if it cannot be found by its port.")
  var pid: Int32?

  /// The address, refused if it is somebody else's machine.
  func address() throws -> ChatAddress {
    let address = try ChatAddress(url)
    guard address.isLoopback || allowRemote else {
      throw ChatClientError(
        "\(address.host) is not this machine. Load on somebody else's server is an attack; "
          + "if it is yours, say --allow-remote.")
    }
    return address
  }

  /// The server's process, where it is on this machine and can be seen.
  func process(at address: ChatAddress) throws -> ServerProcess? {
    if let pid { return try ServerProcess(pid: pid) }
    return address.isLoopback ? ServerProcess(listeningOn: address.port) : nil
  }
}
