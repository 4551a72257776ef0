import DriverAPI
import Testing

@Suite("Database URLs [URL-1] [URL-3] [URL-4]") struct DatabaseURLTests {
  @Test(
    arguments: [
      ("app.db", "sqlite", "app.db"), ("./a b.db", "sqlite", "./a b.db"),
      ("/abs/x.db?mode=ro", "sqlite", "/abs/x.db"), (":memory:", "sqlite", ":memory:"),
      ("a%20b.db", "sqlite", "a%20b.db"), ("./odd:name.db", "sqlite", "./odd:name.db"),
      ("./a=b.db", "sqlite", "./a=b.db"), ("c:x.db", "sqlite", "c:x.db"),
      ("sqlite:app.db", "sqlite", "app.db"), ("SQLite::memory:", "sqlite", ":memory:"),
      ("sqlite:50%.db", "sqlite", "50%.db"), ("sqlite:///abs/x.db", "sqlite", "/abs/x.db"),
      ("sqlite://relative.db", "sqlite", "relative.db"), ("sqlite://a%3Fb.db", "sqlite", "a?b.db"),
      ("file:app.db?mode=memory", "file", "app.db"), ("file:///abs/a%20b", "file", "/abs/a b"),
      ("file://localhost/abs", "file", "/abs"), ("duck:some/file", "duck", "some/file"),
    ])
  func `files`(text: String, scheme: String, path: String) throws {
    let url = try DatabaseURL(text)
    #expect(url.scheme == scheme)
    #expect(url.path == path)
    #expect(url.hosts.isEmpty && url.database == nil && url.user == nil)
    #expect(try DatabaseURL(url.description) == url)
  }

  @Test func `options are decoded in order`() throws {
    let url = try DatabaseURL("app.db?mode=ro&a%20b=%26+x&empty=&")
    #expect(url.parameters.map(\.name) == ["mode", "a b", "empty"])
    #expect(url.parameters.map(\.value) == ["ro", "&+x", ""])
  }

  @Test func `a server with everything`() throws {
    let url = try DatabaseURL("Postgres://u%3A:p%40@h1:5432,[::1]:6,h2/d%2Fb?sslmode=require")
    #expect(url.scheme == "postgres")
    #expect(url.user == "u:")
    #expect(url.password == "p@")
    #expect(url.hosts.map(\.name) == ["h1", "::1", "h2"])
    #expect(url.hosts.map(\.port) == [5432, 6, nil])
    #expect(url.database == "d/b")
    #expect(url.parameters == [.init(name: "sslmode", value: "require")])
    #expect(url.description == "postgres://u%3A:***@h1:5432,[::1]:6,h2/d%2Fb?sslmode=require")
  }

  @Test(arguments: ["postgresql://", "mysql://", "mariadb://", "anything://"])
  func `a server without anything`(text: String) throws {
    let url = try DatabaseURL(text)
    #expect(url.scheme + "://" == text)
    #expect(url.hosts.isEmpty && url.database == nil && url.password == nil && url.path == nil)
  }

  @Test(arguments: ["postgres://%2Fvar%2Frun:5433/db", "postgres:///db?host=/var/run&port=5433"])
  func `socket directories`(text: String) throws {
    let url = try DatabaseURL(text)
    #expect(url.socketPath == "/var/run")
    #expect(url.hosts == [.init(name: "/var/run", port: 5433)])
    #expect(url.database == "db")
    #expect(url.parameters.isEmpty)
    #expect(try DatabaseURL(url.description) == url)
  }

  @Test func `key=value strings`() throws {
    let url = try DatabaseURL(
      #" host = h1,h2 port=1,2 user=me password='a \'b\\ c' dbname=x\ y application_name='' "#)
    #expect(url.scheme == "postgres")
    #expect(url.hosts == [.init(name: "h1", port: 1), .init(name: "h2", port: 2)])
    #expect(url.user == "me")
    #expect(url.password == #"a 'b\ c"#)
    #expect(url.database == "x y")
    #expect(url.parameters == [.init(name: "application_name", value: "")])
  }

  @Test func `one port serves all hosts`() throws {
    #expect(try DatabaseURL("host=a,b port=7").hosts.map(\.port) == [7, 7])
    #expect(try DatabaseURL("port=7").hosts == [.init(name: "", port: 7)])
  }

  @Test(
    arguments: [
      ("mysql:user:pw@tcp(h:3307)/db?k=v", "user", "pw", "h", 3307, "db"),
      ("mysql:user:p@:/&?w@tcp([::1]:1)/db?k=v", "user", "p@:/&?w", "::1", 1, "db"),
      ("mariadb:user:pw@unix(/run/m.sock)/db?k=v", "user", "pw", "/run/m.sock", nil, "db"),
      ("mysql:user:pw@tcp(h)/?k=v", "user", "pw", "h", nil, nil),
      ("mysql:user:pw@/db?k=v", "user", "pw", nil, nil, "db"),
      ("mysql:/db?k=v", nil, nil, nil, nil, "db"),
    ] as [(String, String?, String?, String?, Int?, String?)])
  func `the Go form`(
    text: String, user: String?, password: String?, host: String?, port: Int?, database: String?
  ) throws {
    let url = try DatabaseURL(text)
    #expect(url.user == user)
    #expect(url.password == password)
    #expect(url.hosts == host.map { [.init(name: $0, port: port)] } ?? [])
    #expect(url.database == database)
    #expect(url.parameters == [.init(name: "k", value: "v")])
  }

  @Test(
    arguments: [
      ("", "empty"), ("a\0b", "NUL"), ("?mode=ro", "no file"), ("sqlite:", "no file"),
      ("sqlite://a%2", "file path"), ("file:a%zz", "%25"), ("file:a%00", "NUL"),
      ("file:a%ff", "UTF-8"), ("file:a#b", "%23"), ("file://host/a", "file:///"),
      ("a.db?mode", "option 1"), ("a.db?x=1&=2", "option 2"), ("postgres:db", "//"),
      ("po_st://u:hunter2@h/db", "scheme"), ("a_b:hunter2@tcp(h)/db", "mysql:"),
      ("pg://u:hunter2%@h/db", "password"), ("pg://u:hun/ter2@h/db", "%2F"),
      ("pg://u:hunter2/db", "port"), ("u:hunter2@tcp(h)/db", "mysql:"),
      ("pg://u:12/hunter2@h/db", "%40"), ("pg://u:1?hunter2@h=1", "%3F"), ("pg://h:0/", "65535"),
      ("pg://h:65536/", "65535"), ("pg://h:+1/", "65535"), ("pg://::1/", "brackets"),
      ("pg://[::1/", "["), ("postgres://h/d?user=a&user=b", "'user'"),
      ("password=hunter1 hunter2 host=x", "'password'"), ("password='hunter2", "quote"),
      ("host=a,b port=1,2,3", "3 ports"), ("dbname=postgres://u:hunter2@h", "dbname"),
      ("mysql:u:hunter2@tcp(h)", "'/'"), ("mysql:u:hunter2@udp(h)/d", "network"),
      ("mysql:u:hunter2@h:1/d", "tcp("), ("mysql:u:hunter2@unix(x)/d", "absolute"),
    ])
  func `what is wrong is named, never quoted`(text: String, hint: String) {
    let error = #expect(throws: DatabaseError.self) { try DatabaseURL(text) }
    #expect(error?.kind == .misuse)
    #expect(error?.description.contains(hint) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("hunter") == false)
    #expect(error?.description.contains("ter2") == false)
  }

  @Test(
    arguments: [
      "postgres://u:hunter2@h/db", "postgres://h/db?password=hunter2&sslpassword=hunter2",
      "host=h password=hunter2 SSLPassword=hunter2", "mysql:u:hunter2@tcp(h)/db",
      "mysql:u:a@hunter2/x@/db", "app.db?key=hunter2", "foo:u:hunter2@h/db",
      "root:hunter2@tcp(h)/db", "any://:hunter2@h",
    ])
  func `no description shows a secret`(text: String) throws {
    let url = try DatabaseURL(text)
    var dumped = ""
    dump(url, to: &dumped)
    dump(url.parameters, to: &dumped)
    let shown = "\(url) \(String(reflecting: url)) \(url.parameters) \([url]) \(dumped)"
    #expect(!shown.contains("hunter2"))
    #expect(url.description.contains("***"))
  }
}
