import Dispatch

/// Runs tasks on one thread, one after another: one that does not let go holds up all others.
final class OneThread: TaskExecutor {
  private let queue = DispatchQueue(label: "conformance.one-thread")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
