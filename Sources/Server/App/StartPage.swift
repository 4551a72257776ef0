import NIOCore
import NIOHTTP1

/// What a browser shows: what this is, and how to get in.
enum StartPage {
  /// `/`, and nothing below it.
  static let route = HTTPRoute(path: "/", methods: [.GET]) { request in
    HTTPReply(
      status: .ok, contentType: "text/html; charset=utf-8",
      body: ByteBuffer(string: page(host: request.headers.first(name: "Host") ?? "localhost")),
      headers: [
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
        ("Referrer-Policy", "no-referrer"),
      ])
  }

  /// The page, for a server that is reached as `host`.
  static func page(host: String) -> String {
    let host = escaped(host)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Dovetail chat</title>
      <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em }
      pre { overflow: auto; padding: 1em; background: #8882; border-radius: 4px }
      </style>
      </head>
      <body>
      <h1>A chat server</h1>
      <p>This is a Dovetail chat server. People talk here with the terminal client of
      <a href="https://github.com/Cod-e-Codes/marchat">marchat</a>; a browser cannot take part yet.</p>
      <p>With the client installed:</p>
      <pre>marchat-client --username YOU --server ws://\(host)/ws</pre>
      <p>To look in without it, open <code>ws://\(host)/ws</code> with any WebSocket client and send:</p>
      <pre>{"username": "YOU"}
      {"type": "text", "content": "hello"}</pre>
      <p>Use <code>wss://</code> where this page came over <code>https://</code>.
      <a href="/health">How the server is</a>.</p>
      </body>
      </html>

      """
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
