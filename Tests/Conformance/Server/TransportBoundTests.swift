import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOPosix
import Testing

@testable import Server

extension TransportSuites {
  /// What a client that keeps to no rule can make the server hold.
  @Suite(.timeLimit(.minutes(1))) struct TransportBoundTests {
    private typealias Client = TestWebSocketClient

    /// Sends `chunk` again and again until the server takes no more, and answers with how much it
    /// took; nil if that was all of `limit`.
    private func fill(
      _ channel: any Channel, with chunk: ByteBuffer, upTo limit: Int
    ) async throws -> Int? {
      var count = 0
      while count < limit {
        let written = NIOLockedValueBox(false)
        channel.writeAndFlush(chunk).whenComplete { _ in written.withLockedValue { $0 = true } }
        let start = ContinuousClock.now
        while !written.withLockedValue({ $0 }) {
          if ContinuousClock.now - start > .seconds(1) { return count }
          try await Task.sleep(for: .milliseconds(1))
        }
        count += chunk.readableBytes
      }
      return nil
    }

    @Test func whoDoesNotReadItsPongsIsReadNoFurther() async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.stopReading()
        let ping = Client.frame(opcode: 0x9, [UInt8](repeating: 1, count: 125))
        let pings = ByteBuffer(bytes: (0..<4000).flatMap { _ in ping })
        let taken = try await fill(client.channel, with: pings, upTo: 96 << 20)
        #expect(taken != nil, "96 MiB of pings were read whose pongs nobody took")
        // A sound client of the same server is answered meanwhile, and the last ping once there is
        // room.
        let other = try await rig.client()
        try await other.sendPing([1])
        #expect(try await other.nextEvent() == .pong([1]))
        try await client.resumeReading()
        #expect(try await client.nextEvent() == .pong([UInt8](repeating: 1, count: 125)))
      }
    }

    @Test func whoDoesNotReadItsAnswersIsAnsweredNoFurther() async throws {
      let answered = NIOLockedValueBox(0)
      let route = HTTPRoute(path: "/page") { _ in
        answered.withLockedValue { $0 += 1 }
        return .text(.ok, String(repeating: "x", count: 10_000))
      }
      try await TransportRig.run(routes: [route]) { rig in
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
          .channelOption(.autoRead, value: false)
          .connect(host: "127.0.0.1", port: rig.listener.port).get()
        let request = "GET /page HTTP/1.1\r\nHost: x\r\n\r\n"
        let requests = ByteBuffer(string: String(repeating: request, count: 4000))
        let taken = try await fill(channel, with: requests, upTo: 64 << 20)
        #expect(taken != nil)
        // The kernel holds some megabytes; the process holds one answer and the channel's buffer.
        #expect(answered.withLockedValue { $0 } < 2000)
        try await channel.close()
      }
    }

    @Test func unfinishedMessagesOfAllShareABound() async throws {
      try await TransportRig.run(
        .echo(maxBytes: 1 << 20),
        configure: {
          $0.limits.freeUnfinishedBytes = 1000
          $0.limits.maxUnfinishedBytes = 1_400_000
        }
      ) { rig in
        let part = [UInt8](repeating: 0x61, count: 300_000)
        let first = try await rig.client()
        try await first.sendRaw(Client.frame(opcode: 0x1, part, isFinal: false))
        try await first.sendPing()
        #expect(try await first.nextEvent() == .pong([]))
        let second = try await rig.client()
        try await second.sendRaw(Client.frame(opcode: 0x1, part + part, isFinal: false))
        guard case .close(1013, let reason) = try await second.nextEvent() else {
          Issue.record("one address held more than half")
          return
        }
        #expect(reason.contains("later"))
        // Small ones are not in the way of large ones, and what was given back can be had again.
        let third = try await rig.client()
        try await third.send(text: String(repeating: "b", count: 999))
        #expect(try await third.nextText().utf8.count == 999)
        try await first.sendRaw(Client.frame(opcode: 0x0, part))
        #expect(try await first.nextText().utf8.count == 600_000)
        try await third.sendRaw(Client.frame(opcode: 0x1, part, isFinal: false))
        try await third.sendRaw(Client.frame(opcode: 0x0, [0x62]))
        #expect(try await third.nextText().utf8.count == 300_001)
      }
    }

    @Test func aConnectionThatEndsGivesBackWhatItHeld() async throws {
      try await TransportRig.run(
        .echo(maxBytes: 1 << 20),
        configure: {
          $0.limits.freeUnfinishedBytes = 0
          $0.limits.maxUnfinishedBytes = 400_000
        }
      ) { rig in
        let part = [UInt8](repeating: 0x61, count: 150_000)
        for _ in 0..<4 {
          let client = try await rig.client()
          try await client.sendRaw(Client.frame(opcode: 0x1, part, isFinal: false))
          try await client.sendPing()
          #expect(try await client.nextEvent() == .pong([]))
          try await client.disconnect()
          _ = await rig.chat.closed.next(timeout: .seconds(5))
        }
      }
    }

    @Test func aMessageThatComesByTheDropIsCut() async throws {
      try await TransportRig.run(configure: {
        $0.limits.messagePaceInterval = .milliseconds(400)
        $0.limits.minBytesPerPaceInterval = 1000
      }) { rig in
        let fast = try await rig.client()
        let slow = try await rig.client()
        let message = Client.frame(opcode: 0x1, [UInt8](repeating: 0x61, count: 100_000))
        var rest = message[...]
        for round in 0..<20 {
          try await fast.sendRaw(Array(rest.prefix(2000)))
          rest = rest.dropFirst(2000)
          // Also pings in between do not make it a message that goes on.
          if round < 4 { try await slow.sendRaw([message[round]]) }
          try await Task.sleep(for: .milliseconds(50))
        }
        try await fast.sendRaw(Array(rest))
        #expect(try await fast.nextText().utf8.count == 100_000)
        #expect(
          try await slow.nextEvent() == .close(code: 1008, reason: "Message arrives too slowly"))
      }
    }

    @Test func whoFindsNoRoomIsToldSo() async throws {
      try await TransportRig.run(configure: { $0.limits.maxConnections = 1 }) { rig in
        _ = try await rig.client()
        await #expect {
          try await Client.connect(port: rig.listener.port)
        } throws: { error in
          guard case Client.Failure.notUpgraded(503, let response) = error else { return false }
          return response.contains("Retry-After: ") && response.contains("full")
        }
      }
    }

    @Test func refusalsAreBoundedToo() async throws {
      try await TransportRig.run(configure: {
        $0.limits.maxConnections = 1
        $0.limits.maxRefusedConnections = 0
      }) { rig in
        _ = try await rig.client()
        await #expect {
          try await Client.connect(port: rig.listener.port)
        } throws: { error in
          if case Client.Failure.notUpgraded = error { return false }
          return true
        }
      }
    }

    @Test func theLimitOfDescriptorsLeavesRoom() {
      let few = DescriptorLimit(count: 1024)
      #expect(few.clientConnections(wanted: 20_000, databaseConnections: 10) == 1024 - 128 - 30)
      #expect(few.clientConnections(wanted: 100, databaseConnections: 10) == 100)
      #expect(
        DescriptorLimit(count: 64).clientConnections(wanted: 100, databaseConnections: 10) == 1)
      #expect(DescriptorLimit.raised().count >= 256)
    }

    /// Counts how often the system is asked for connections.
    private final class Reads: ChannelOutboundHandler {
      typealias OutboundIn = Never
      var count = 0
      func read(context: ChannelHandlerContext) { count += 1 }
    }

    @Test func noMoreConnectionsAreAcceptedThanThereMayBe() async throws {
      let loop = EmbeddedEventLoop()
      let reads = Reads()
      let server = EmbeddedChannel(handlers: [reads, AcceptThrottle(limit: 3)], loop: loop)
      let children = (0..<4).map { _ in EmbeddedChannel(loop: loop) }
      for (number, child) in children.prefix(3).enumerated() {
        server.read()
        #expect(reads.count == number + 1)
        server.pipeline.fireChannelRead(child as any Channel)
      }
      server.read()
      #expect(reads.count == 3, "a fourth was asked for")
      try await children[0].close().get()
      loop.run()
      #expect(reads.count == 4, "there is room again, and nobody asked")
      server.pipeline.fireChannelRead(children[3] as any Channel)
      server.read()
      #expect(reads.count == 4)
      for child in children.dropFirst() { try await child.close().get() }
      loop.run()
      #expect(reads.count == 5)
      _ = try? server.finish()
    }
  }
}
