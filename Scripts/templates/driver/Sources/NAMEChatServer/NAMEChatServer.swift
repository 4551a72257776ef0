import DriverNAME
import Server

/// The chat, on NAME.
@main
enum NAMEChatServer {
  static func main() async { await ServerProgram.run(adding: NAMEDriver()) }
}
