import Foundation
import Testing

@Suite("The documentation")
struct RecipeTests {
  private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../..").standardized

  @Test("shows the CI recipes as they are", arguments: ["github-actions.yml", "gitlab-ci.yml"])
  func recipes(file: String) throws {
    let recipe = try String(
      contentsOf: Self.repository.appending(path: "Documentation/ci/\(file)"), encoding: .utf8)
    let page = try String(
      contentsOf: Self.repository.appending(
        path: "Sources/DriverAPI/Documentation.docc/CI.md"), encoding: .utf8)
    #expect(page.contains("```yaml\n\(recipe)```"))
  }
}
