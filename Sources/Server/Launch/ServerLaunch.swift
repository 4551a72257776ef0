import Server

/// `dovetail-server`: the chat with the drivers that it was built with, and no others.
@main
enum ServerLaunch {
  static func main() async { await ServerProgram.run() }
}
