/// One row of the fixture with its texts owned: what every "owned" case has to build.
struct FixtureRow {
  var id: Int64
  var name: String
  var score: Double
  var note: String?
}
