import DriverAPI
import DriverSQLite

struct User: RowDecodable {
  var id: Int64
  var name: String
  init(row: borrowing Row) throws(DatabaseError) {
    id = try row.decode(0)
    name = try row.decode(1)
  }
}

try DriverRegistry.shared.register(SQLiteDriver())
let db = try await Database.open("sqlite:example.db")
try await db.execScript(
  "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, hits INT)")

let name = "Ada"
try await db.transaction { tx in
  try await tx.exec("INSERT INTO users (name, hits) VALUES (\(name), 0) ON CONFLICT DO NOTHING")
  try await tx.exec("UPDATE users SET hits = hits + ? WHERE name = ?", 1, name)
}
let result = try await db.upsert(
  Upsert(
    into: "users", columns: ["name", "hits"], key: ["name"],
    assignments: [.expression("hits", "{old.hits} + {new.hits}")]),
  [["Ada", 10], ["Grace", 1]])
print(result.insertedCount, "inserted,", result.updatedCount, "updated")

for try await user in try await db.query("SELECT id, name FROM users ORDER BY id", as: User.self) {
  print(user.id, user.name)
}
let hits = try await db.queryRow("SELECT hits FROM users WHERE name = ?", name, as: Int.self)
print(hits ?? 0)
await db.close()
