import DriverAPI
import Foundation
import NIOConcurrencyHelpers

/// Shows how far a move has come, on the standard error: as a bar where that is a terminal, else as a line
/// now and then.
final class MoveProgress: Sendable {
  private struct State {
    var phase: DatabaseCopy.Progress.Phase?
    var phaseStart = ContinuousClock.now
    var lastShown: ContinuousClock.Instant?
    /// Of the copying, once it is over.
    var copied: (rowCount: Int, time: Duration)?
    var isLineOpen = false
  }

  private let state = NIOLockedValueBox(State())
  private let isTerminal: Bool
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - isTerminal: whether a line can be written over.
  ///   - write: takes what is shown.
  init(
    isTerminal: Bool = isatty(STDERR_FILENO) == 1,
    write: @escaping @Sendable (String) -> Void = {
      FileHandle.standardError.write(Data($0.utf8))
    }
  ) {
    self.isTerminal = isTerminal
    self.write = write
  }

  /// Shows a step, unless one was shown a moment ago.
  func show(_ progress: DatabaseCopy.Progress, at now: ContinuousClock.Instant = .now) {
    let text = state.withLockedValue { state -> String? in
      if state.phase != progress.phase {
        // What the first portion took is not known: it counts from the next.
        state.phase = progress.phase
        state.phaseStart = now
        state.lastShown = nil
      }
      let time = now - state.phaseStart
      if progress.phase == .copying { state.copied = (progress.newRowCount, time) }
      let pause = isTerminal ? Duration.milliseconds(100) : .seconds(5)
      let isLast = progress.rowCount >= progress.totalCount
      if let last = state.lastShown, now - last < pause, !isLast { return nil }
      state.lastShown = now
      state.isLineOpen = isTerminal
      let line = MoveBar(progress: progress, time: time)
      return isTerminal ? "\r\(line.bar)\u{1B}[K" : line.text + "\n"
    }
    if let text { write(text) }
  }

  /// Ends the line that was written over.
  func end() {
    let isOpen = state.withLockedValue { state in
      defer { state.isLineOpen = false }
      return state.isLineOpen
    }
    if isOpen { write("\n") }
  }

  /// What was moved, and what to do next.
  func summary(_ report: DatabaseCopy.Report, _ place: DatabaseURL) -> String {
    let copied = state.withLockedValue { $0.copied }
    var lines: [String] = []
    let rate = copied.map { ", \(MoveBar.rate($0.rowCount, $0.time))" } ?? ""
    let earlier = report.rowCount - report.newRowCount
    lines.append(
      "moved \(report.rowCount) rows, and both sides are the same"
        + (earlier > 0 ? " (\(earlier) were there from before)" : "") + rate)
    let width = report.tables.map(\.table.count).max() ?? 0
    for table in report.tables {
      let name = table.table.padding(toLength: width, withPad: " ", startingAt: 0)
      let checksum = String(table.sourceChecksum, radix: 16)
      lines.append("  \(name)  \(table.sourceRowCount) rows, checksum \(checksum)")
    }
    lines.append("To serve it from there, set MARCHAT_DB_PATH to \(place), with its password.")
    return lines.joined(separator: "\n") + "\n"
  }
}

/// One step as it is shown.
struct MoveBar {
  let progress: DatabaseCopy.Progress
  /// Since the phase began.
  let time: Duration

  private static let width = 30

  /// With a bar, for a terminal.
  var bar: String {
    let filled = share * Self.width / 100
    let signs =
      String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
    return "\(phase) [\(signs)] \(facts)"
  }

  /// In words, for a log.
  var text: String { "\(phase) \(progress.table): \(facts)" }

  private var facts: String {
    var facts = "\(share) %, \(progress.rowCount) of \(progress.totalCount) rows"
    // Of nothing there is no rate.
    if progress.newRowCount > 0 { facts += ", " + Self.rate(progress.newRowCount, time) }
    let rest = progress.totalCount - progress.rowCount
    if let seconds = seconds(for: rest) { facts += ", \(seconds) s left" }
    return facts
  }

  /// Rows of a second.
  static func rate(_ rowCount: Int, _ time: Duration) -> String {
    let seconds = max(time / .seconds(1), 0.001)
    return "\(Int(Double(rowCount) / seconds)) rows/s"
  }

  private var phase: String { progress.phase == .copying ? "copying" : "comparing" }

  private var share: Int {
    progress.totalCount == 0
      ? 100 : min(100, max(0, progress.rowCount * 100 / progress.totalCount))
  }

  private func seconds(for rest: Int) -> Int? {
    let rate = Double(progress.newRowCount) / max(time / .seconds(1), 0.001)
    return rest > 0 && rate > 0 && time > .seconds(1)
      ? Int((Double(rest) / rate).rounded(.up)) : nil
  }
}
