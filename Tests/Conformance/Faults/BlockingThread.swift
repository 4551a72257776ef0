import Foundation

/// A thread of its own for work that blocks.
struct BlockingThread {
  private let thread: Thread

  init(named name: String, _ body: @escaping @Sendable () -> Void) {
    thread = Thread { body() }
    thread.name = name
  }

  func start() { thread.start() }
}
