import DriverAPI

// A password that cannot occur in a message by chance, in its plain and its encoded form.
private let secret = "s3cret-Pa55"

let urlClauses = [
  Clause("URL-4", "No password appears in any description, error or log line.") { context in
    let scheme = try expectSome(context.harness.driver.schemes.first, "schemes")
    let place = "\(scheme)://user:\(secret)@127.0.0.1:1/dovetail-no-such-directory/name"
    for text in [place, place + "?no_such_option=\(secret)", place + "?password=\(secret)"] {
      let url = try DatabaseURL(text)
      // The value of an option that is no password by its name is shown by the URL, not by errors.
      if !text.contains("no_such_option") {
        try expect(!"\(url)".contains(secret), "the URL's description tells the password")
        try expect(!String(reflecting: url).contains(secret), "the URL's debug text tells it")
      }
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
