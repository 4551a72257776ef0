import CFirebird
import DriverAPI

/// What a URL names, in the terms of the client library.
struct FirebirdTarget: Sendable {
  /// The name of the database, with its server.
  let name: String
  /// The server, or the file, for errors.
  let host: String
  let isServer: Bool
  /// Whether a database that is missing is made.
  let creates: Bool
  /// The parameters of the attachment. They hold the password.
  private(set) var parameters: [UInt8] = [UInt8(isc_dpb_version1)]

  /// - Throws: `misuse` that names what is wrong with the URL, never a secret. [URL-4, URL-5]
  init(_ url: DatabaseURL) throws(DatabaseError) {
    var options = url.options
    creates = try options.flag("create") ?? false
    let role = options.take("role")
    let wire = try options.take("wire", oneOf: ["plain", "encrypted", "required"])
    try options.finish()
    var settings = ""
    if let file = url.path {
      (name, host, isServer) = (file, file, false)
      // Nothing in the file's name can make it that of a server.
      settings = "Providers=Engine12"
    } else {
      guard url.hosts.count == 1, let server = url.hosts.first, !server.name.isEmpty,
        !server.isSocket
      else { throw .misuse("a firebird: URL names one host, as in firebird://user@host/alias") }
      let address = server.name.utf8.contains(UInt8(ascii: ":")) ? "[\(server.name)]" : server.name
      host = "\(address):\(server.port ?? 3050)"
      (name, isServer) = ("inet://\(host)/\(url.database ?? "")", true)
      if let wire { settings = "WireCrypt=" + (Self.wireWords[wire] ?? "") }
    }
    guard !name.utf8.contains(0), !(url.database ?? url.path ?? "").isEmpty else {
      throw .misuse("a firebird: URL names a database: firebird:/app.fdb or firebird://host/alias")
    }
    try add(isc_dpb_utf8_filename, "")
    try add(isc_dpb_lc_ctype, "UTF8")
    // The engine in this process asks for no password, but for a name.
    if let user = url.user ?? (isServer ? nil : "SYSDBA") { try add(isc_dpb_user_name, user) }
    if let password = url.password { try add(isc_dpb_password, password) }
    if let role { try add(isc_dpb_sql_role_name, role) }
    if !settings.isEmpty { try add(isc_dpb_config, settings) }
  }

  /// The same, for a database that is yet to be made.
  var creationParameters: [UInt8] {
    parameters + [UInt8(isc_dpb_set_db_charset), 4] + "UTF8".utf8
      + [UInt8(isc_dpb_page_size), 4, 0, 0x40, 0, 0, UInt8(isc_dpb_sql_dialect), 1, 3]
  }

  private static let wireWords = [
    "plain": "Disabled", "encrypted": "Enabled", "required": "Required",
  ]

  private mutating func add(_ item: Int32, _ text: String) throws(DatabaseError) {
    guard text.utf8.count < 256 else {
      throw .misuse("user, password and role of a firebird: URL have at most 255 bytes each")
    }
    parameters += [UInt8(item), UInt8(text.utf8.count)] + text.utf8
  }
}
