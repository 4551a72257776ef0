import DriverAPI
import Testing

@Suite("URLs of other databases on the same server")
struct DatabaseURLChangingTests {
  @Test(
    "in full a URL reads back as itself",
    arguments: [
      "postgres://u:p%40%2F%3A%3F@h1:5432,h2/db%20x?sslmode=require&password2=a%26b",
      "host=/run user=me password='a b' dbname=x", "mysql:u:p@ss/w:rd@tcp(h:1)/db?x=1",
      "sqlite:a b.db?mode=ro", "sqlite://%3Fodd%23.db", "file:///abs/x%20y.db", "app.db",
      "sqlite::memory:", "odbc:DSN=x;PWD=a@b",
    ])
  func roundTrip(text: String) throws {
    let url = try DatabaseURL(text)
    #expect(try DatabaseURL(url.textWithSecrets) == url)
  }

  @Test("the database, the file and an option can be another")
  func changed() throws {
    let url = try DatabaseURL("mysql://u:p@h/db?a=1&b=2&a=3")
    #expect(url.naming(database: "x").textWithSecrets == "mysql://u:p@h/x?a=1&b=2&a=3")
    #expect(url.setting(option: "a", to: "9").textWithSecrets == "mysql://u:p@h/db?b=2&a=9")
    #expect(url.setting(option: "b", to: nil).textWithSecrets == "mysql://u:p@h/db?a=1&a=3")
    let file = try DatabaseURL("sqlite:app.db?mode=ro").naming(file: "/tmp/x.db")
    #expect(file.textWithSecrets == "sqlite:/tmp/x.db?mode=ro")
  }
}
