import DriverAPI
import Foundation

extension URLSample {
  /// What is found out by reading the URL.
  static let sqliteWords: [URLSample] =
    refused([
      ("mode=rwx", "mode"), ("journal_mode=fast", "journal_mode"),
      ("synchronous=maybe", "synchronous"), ("readers=65", "readers"), ("readers=-1", "readers"),
      ("busy_timeout=soon", "busy_timeout"), ("foreign_keys=perhaps", "foreign_keys"),
      ("cache_size=-5", "cache_size"), ("mmap_size=-1", "mmap_size"), ("cache=some", "cache"),
      ("double_quoted_strings=2", "double_quoted_strings"), ("immutable=on&mode=rw", "mode=ro"),
      ("immutable=on&mode=rwc", "mode=ro"), ("nolock=on&journal_mode=wal", "choose delete"),
      ("immutable=x", "immutable"), ("nolock=x", "nolock"),
    ])
    + taken([
      "cache=shared", "cache=private", "readers=64", "readers=0", "busy_timeout=0s", "mode=ro",
      "immutable=on", "immutable=on&mode=ro", "nolock=on&journal_mode=delete",
      "immutable=off&mode=rw", "journal_mode=wal", "nolock=off&journal_mode=wal",
    ])
    + [URLSample(.refused(["file"])) { _ in "sqlite:user:word@host/name" }]

  /// What is found out with a file.
  static let sqliteFiles: [URLSample] = sqliteSettings + sqlitePlaces

  private static let sqliteSettings: [URLSample] =
    // The file is there before what opens only such a one.
    ["wal", "delete", "truncate", "persist", "memory", "wal"].map { mode in
      URLSample("journal_mode=\(mode)", is: .gives(mode, from: "PRAGMA journal_mode"))
    }
    + [
      ("synchronous=off", "synchronous", "0"), ("synchronous=normal", "synchronous", "1"),
      ("synchronous=full", "synchronous", "2"), ("synchronous=extra", "synchronous", "3"),
      ("mode=rwc", "synchronous", "2"), ("mode=rwc", "foreign_keys", "1"),
      ("foreign_keys=on", "foreign_keys", "1"), ("foreign_keys=off", "foreign_keys", "0"),
      ("cache_size=777", "cache_size", "-777"), ("mmap_size=65536", "mmap_size", "65536"),
      ("mode=rwc", "mmap_size", "0"), ("mode=rw", "user_version", "0"),
      ("mode=ro", "user_version", "0"), ("immutable=on", "user_version", "0"),
    ].map { options, name, value in URLSample(options, is: .gives(value, from: setting(name))) }
    + [
      URLSample("double_quoted_strings=on", is: .gives("nowhere", from: "SELECT \"nowhere\"")),
      URLSample(
        "double_quoted_strings=off", is: .forbids("SELECT \"nowhere\"", .undefinedObject)),
      URLSample("mode=rwc", is: .forbids("SELECT \"nowhere\"", .undefinedObject)),
      URLSample("mode=ro", is: .forbids("CREATE TABLE a (i INTEGER)", .readOnly)),
      URLSample("immutable=on", is: .forbids("CREATE TABLE a (i INTEGER)", .readOnly)),
    ]

  private static let sqlitePlaces: [URLSample] = [
    file(" 50%+#ü?.db", "nolock=on", .gives("delete", from: "PRAGMA journal_mode")),
    file(" 50%+#ü?.db", "nolock=on&mode=rw", .gives("0", from: setting("user_version"))),
    file(" 50%+#ü?.db", "immutable=on", .gives("0", from: setting("user_version"))),
    file(" 50%+#ü?.db", "mode=rw", .gives("0", from: setting("user_version"))),
    file("/nowhere/a.db", "mode=rwc", .fails(.cannotConnect, ["does not exist; create it first"])),
    file("/nowhere/a.db", "mode=ro", .fails(.cannotConnect, ["/nowhere"])),
    file("absent.db", "mode=rw", .fails(.cannotConnect, ["mode=rw does not create it"])),
    file("absent.db", "mode=ro", .fails(.cannotConnect, ["mode=ro does not create it"])),
    URLSample(.fails(.cannotConnect, ["is a directory"])) { _ in "sqlite:/" },
    URLSample(.fails(.cannotConnect, ["is a directory"])) { _ in
      "sqlite:" + FileManager.default.temporaryDirectory.path
    },
    URLSample(.fails(.cannotConnect, ["not a SQLite database"])) { _ in
      "sqlite:/etc/passwd?mode=ro"
    },
    URLSample("vfs=nowhere", is: .fails(.misuse, ["vfs"])),
  ]

  private static func setting(_ name: String) -> String {
    "PRAGMA \(name)"
  }

  /// A file whose name is that of the case's with an ending.
  private static func file(_ ending: String, _ options: String, _ meaning: Meaning) -> URLSample {
    URLSample(meaning) { text in
      let url = try DatabaseURL(text)
      let other = url.naming(file: (url.path ?? "") + ending).textWithSecrets
      return try changed(other, options, without: [])
    }
  }
}
