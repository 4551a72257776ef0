/// How sessions come into the pool.
extension ConnectionPool {
  /// A session in that slot, or what else there is if the server refuses one and others are there:
  /// they will come free. [POOL-11]
  func open(
    slot: Int, for holder: PoolStateMachine.Holder
  ) async throws(DatabaseError) -> Answer {
    do throws(DatabaseError) {
      return .session(try await connect(slot: slot))
    } catch {
      if let lease = insteadOfRefused(slot, holder, error) { return .other(lease) }
      vacate(slot: slot)
      throw error
    }
  }

  private func connect(slot: Int) async throws(DatabaseError) -> Session {
    let connection =
      try await connectsByItself && !Task.isCancelled
      ? connect()
      : ConnectAttempt.run(
        connect, within: configuration.connectTimeout, close: { await $0.close() })
    let session = Session(
      driver: connection, role: role, slot: slot, configuration: configuration,
      instruments: instruments, endpoints: endpoints)
    state.withLock { state in
      state.sessions[slot] = session
      state.machine.connected(slot: slot, now: .now)
      state.refusal = nil
      if case .leased(let holder) = state.machine.slots[slot] { session.holder.write(holder) }
    }
    return session
  }

  /// Opens what is missing of the connections that are to be there before they are needed, beside each
  /// other. What the server says against it is told to whoever needs one. [POOL-15]
  func openAhead() async {
    await withTaskGroup { group in
      let site = HolderSite(CallSite(file: #fileID, line: #line))
      let holder = PoolStateMachine.Holder(since: .now, site: site, task: nil)
      while let slot = changing({ $0.machine.openAhead(for: holder) }) {
        group.addTask {
          do throws(DatabaseError) { self.release(try await self.connect(slot: slot)) } catch {
            self.instruments.reportDetail("a connection was not opened ahead of its use", error)
            self.vacate(slot: slot)
          }
        }
      }
    }
  }
}
