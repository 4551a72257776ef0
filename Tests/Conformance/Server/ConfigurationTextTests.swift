import Testing

@testable import Server

@Suite struct ConfigurationTextTests {
  @Test(arguments: [
    ("", "username cannot be empty"),
    (String(repeating: "a", count: 33), "username too long (max 32 characters)"),
    (
      "a b", "username contains invalid characters (only letters, numbers, _, -, . allowed)"
    ), (":a", "username contains invalid characters (only letters, numbers, _, -, . allowed)"),
    (".a", "username cannot start with ':' or '.'"), ("a..b", "username cannot contain '..'"),
    ("SysTem", "username is reserved"),
  ])
  func refusedNames(_ name: String, _ text: String) {
    #expect(UsernameRule.violation(of: name) == text)
  }

  @Test(arguments: ["a", "Alice_1", "a.b-c", "systems", String(repeating: "a", count: 32)])
  func goodNames(_ name: String) {
    #expect(UsernameRule.violation(of: name) == nil)
  }

  @Test(arguments: [
    ("postgres://user:secret@host/db?x=1", "postgres://user:***@host/db?x=1"),
    ("postgres://user:p@s:s/w@host/db", "postgres://user:***@host/db"),
    ("postgres://user@host/db", "postgres://user@host/db"),
    ("mysql:user:p@ss(1@tcp(h:3306)/db", "mysql:user:***@tcp(h:3306)/db"),
    ("mysql://user:pw@tcp(h)/db", "mysql://user:***@tcp(h)/db"),
    ("mysql:user:p w@tcp(h)/db", "mysql:user:***@tcp(h)/db"),
    ("user:pw@unix(/run/s)/db", "user:***@unix(/run/s)/db"),
    ("host=h password=secret dbname=d", "host=h password=*** dbname=d"),
    ("host=h password='a b\\' c' dbname=d", "host=h password=*** dbname=d"),
    ("odbc:DSN=a;PWD={b;c}}d};UID=e", "odbc:DSN=a;PWD=***;UID=e"),
    ("postgres://h/d?user=u&password=x&a=b", "postgres://h/d?user=u&password=***&a=b"),
    ("/var/lib/marchat.db", "/var/lib/marchat.db"), ("file::memory:", "file::memory:"),
  ])
  func credentialsAreMasked(_ text: String, _ masked: String) {
    #expect(Masking.credentials(in: text) == masked)
  }

  @Test func displayOfVariables() {
    #expect(Masking.display("MARCHAT_PORT", nil) == "(not set)")
    #expect(Masking.display("MARCHAT_PORT", "8080") == "8080")
    for name in ["ADMIN_KEY", "SESSION_SECRET", "JWT_SECRET", "GLOBAL_E2E_KEY"] {
      #expect(Masking.display("MARCHAT_" + name, "sesame") == "(set, len=6)")
    }
    for name in ["MARCHAT_ADMINKEY", "MARCHAT_DB_PAHT", "DOVETAIL_ANYTHING", "MARCHAT_KEY_FILE"] {
      #expect(Masking.display(name, "sesame") == "(set, len=6)", "a misspelt one may be a secret")
    }
    #expect(Masking.display("MARCHAT_TLS_KEY_FILE", "/k.pem") == "/k.pem")
    #expect(
      Masking.display("MARCHAT_USERS", String(repeating: "u", count: 121))
        == String(repeating: "u", count: 117) + "...")
  }

  @Test(arguments: [
    (["-doctor"], ["doctor"]), (["--doctor-json", "-doctor"], ["doctor", "--json"]),
    (["-doctor=false"], []), (["-config-dir", "-x"], ["--config-dir=-x"]),
    (["--config-dir=/d", "-port", "1"], ["--config-dir=/d", "--port=1"]),
    (["-admin", "a", "-admin=b", "-admin-key", "k"], ["--admin=a", "--admin=b", "--admin-key=k"]),
    (["-h"], ["--help"]), (["-help"], ["--help"]), (["-bogus"], ["-bogus"]),
    (["doctor", "--json"], ["doctor", "--json"]),
    (["-doctor", "-config-dir=/d"], ["doctor", "--config-dir=/d"]),
  ])
  func flagsOfTheReferenceServer(_ given: [String], _ normalised: [String]) {
    #expect(ArgumentNormaliser.normalise(given) == normalised)
  }
}
