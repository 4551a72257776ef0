import DriverAPI

// A password that cannot occur in a message by chance, in its plain and its encoded form.
private let secret = "s3cret-Pa55"

let urlClauses = [
  Clause("URL-4", "No password appears in any description, error or log line.") { context in
    let scheme = try expectSome(context.harness.driver.schemes.first, "schemes")
    let place = "\(scheme)://user:\(secret)@127.0.0.1:1/dovetail-no-such-directory/name"
    for text in [place, place + "?no_such_option=\(secret)", place + "?password=\(secret)"] {
      let url = try DatabaseURL(text)
      try expect(!"\(url)".contains(secret), "the URL's description tells the password")
      try expect(!String(reflecting: url).contains(secret), "the URL's debug text tells it")
      let error = try await thrownError("opening a place that does not exist") {
        try await Database.open(
          url, with: context.harness.driver, configuration: context.configuration())
      }
      try expect(!"\(error)".contains(secret), "the error tells the password")
      try expect(!String(reflecting: error).contains(secret), "its debug text tells the password")
      try expect(error.serverMessage?.contains(secret) != true, "the server's words tell it")
    }
    let telling = context.log.lines.filter { $0.contains(secret) }
    try expect(telling.isEmpty, "\(telling.count) log lines tell the password")
  },

  Clause("URL-6", "What is not known to be harmless is not shown.") { context in
    let scheme = try expectSome(context.harness.driver.schemes.first, "schemes")
    for text in [
      "\(scheme)://h/d?Pasword=\(secret)", "\(scheme)://h/d?x=\(secret)",
      "\(scheme)://h/d?pass%20word=\(secret)", "host=h Pasword=\(secret)", "x=\(secret)",
      "user=password=\(secret)", "host=h user= password=\(secret)",
      "other:Server=h;Kennwort=\(secret)", "other:u:a=\(secret)@h:1/d", "a.db?clef=\(secret)",
      "sqlite:admin@srv:\(secret)@host:3306/db", "admin:\(secret)@host:3306/db",
    ] {
      do {
        let url = try DatabaseURL(text)
        try expect(!"\(url) \(String(reflecting: url))".contains(secret), "the URL tells it")
        var dumped = ""
        dump(url, to: &dumped)
        try expect(!dumped.contains(secret), "the dump of a URL tells it")
      } catch let error as DatabaseError {
        try expect(!"\(error) \(String(reflecting: error))".contains(secret), "the error tells it")
      }
    }
  },

  Clause("URL-8", "A text with an @ and no scheme is never a file.") { context in
    for text in [
      "admin@srv:\(secret)@host:3306/db", "a@host/db", "//u:\(secret)@host/db", "u/x:y@host",
      "postgres//u:\(secret)@host/db", "host/db?user=u@srv",
    ] {
      let error = try await expectRefusal(.misuse, "a URL without a scheme") {
        try DatabaseURL(text)
      }
      try expect(!"\(error)".contains(secret), "the error tells the password")
    }
  },

  Clause("URL-5", "An option the driver does not know is an error that names it.") { context in
    let text = context.url + (context.url.contains("?") ? "&" : "?") + "dovetail_unknown=1"
    let url = try DatabaseURL(text)
    let error = try await expectRefusal(.misuse, "an unknown option") {
      try context.harness.driver.plan(for: url)
    }
    try expect(error.message.contains("dovetail_unknown"), "\(error) does not name the option")
    try await expectRefusal(.misuse, "opening with an unknown option") {
      try await Database.open(url, with: context.harness.driver)
    }
  },
]
