/// Where Debian puts the ODBC drivers that the tests use.
enum ODBCLibrary {
  static let sqlite = path("libsqlite3odbc.so")
  static let postgres = path("psqlodbcw.so")
  static let mariadb = path("libmaodbc.so")

  private static func path(_ name: String) -> String {
    #if arch(arm64)
    "/usr/lib/aarch64-linux-gnu/odbc/" + name
    #else
    "/usr/lib/x86_64-linux-gnu/odbc/" + name
    #endif
  }
}
