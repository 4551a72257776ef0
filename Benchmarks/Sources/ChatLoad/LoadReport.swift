/// What a run found, and how it is printed.
struct LoadReport: Sendable {
  let plan: LoadPlan
  let counts: LoadCounts
  let usage: ServerUsage
  /// The first thing that went wrong.
  let trouble: String?

  var messagesPerSecond: Double { Double(counts.measuredMessages) / plan.seconds }
  var deliveriesPerSecond: Double { Double(counts.measuredDeliveries) / plan.seconds }

  /// Whether everything that was sent came back once, in order, to everybody.
  var isClean: Bool {
    counts.measuredMessages > 0 && counts.lost == 0 && counts.disordered == 0
      && counts.repeated == 0 && counts.refused == 0 && counts.dropped == 0
      && counts.skipped == 0 && counts.delivered == counts.expectedDeliveries
  }

  /// The lines for people, and as the last one `key=value`s for scripts.
  func text(mode: String) -> String {
    let echo = counts.echoLatency
    let delivery = counts.deliveryLatency
    var lines = [
      "\(plan.senderCount) senders, \(plan.listenerCount) listeners, \(plan.channelCount) channels, "
        + "\(pace), \(plan.contentSize) bytes, \(plan.seconds) s after \(plan.warmUpSeconds) s",
      "messages   \(Int(messagesPerSecond))/s, echo p50 \(ms(echo, 0.5)) p99 \(ms(echo, 0.99)) "
        + "max \(decimal(Double(echo.maxMicroseconds) / 1000)) ms",
      "deliveries \(Int(deliveriesPerSecond))/s, p50 \(ms(delivery, 0.5)) "
        + "p99 \(ms(delivery, 0.99)) ms",
      "processors \(usage.text)",
    ]
    if !isClean {
      lines.append(
        "NOT CLEAN: lost \(counts.lost), out of order \(counts.disordered), repeated "
          + "\(counts.repeated), refused \(counts.refused), dropped \(counts.dropped), skipped "
          + "\(counts.skipped), deliveries \(counts.delivered) of \(counts.expectedDeliveries). "
          + (trouble ?? ""))
    }
    lines.append(machineLine(mode: mode))
    return lines.joined(separator: "\n")
  }

  private func machineLine(mode: String) -> String {
    let fields: [(String, String)] = [
      ("mode", mode), ("senders", "\(plan.senderCount)"), ("listeners", "\(plan.listenerCount)"),
      ("channels", "\(plan.channelCount)"), ("lost", "\(counts.lost)"),
      ("dropped", "\(counts.dropped)"), ("clean", isClean ? "1" : "0"),
      ("client_cpu", decimal(usage.clientCores)),
      ("server_cpu", usage.serverCores.map(decimal) ?? "unknown"),
      ("p50_ms", ms(counts.echoLatency, 0.5)), ("p99_ms", ms(counts.echoLatency, 0.99)),
      ("max_ms", decimal(Double(counts.echoLatency.maxMicroseconds) / 1000)),
      ("deliveries_per_s", "\(Int(deliveriesPerSecond))"),
      ("messages_per_s", "\(Int(messagesPerSecond))"),
    ]
    return "chat-load " + fields.map { "\($0)=\($1)" }.joined(separator: " ")
  }

  private var pace: String {
    plan.rate.map { "\($0)/s each" } ?? "\(plan.window) under way each"
  }

  private func ms(_ histogram: LatencyHistogram, _ part: Double) -> String {
    decimal(histogram.milliseconds(at: part))
  }
}

/// `value` with two digits after the point.
func decimal(_ value: Double) -> String {
  let scaled = Int64((value * 100).rounded())
  let rest = abs(scaled % 100)
  return "\(scaled < 0 && scaled > -100 ? "-" : "")\(scaled / 100).\(rest < 10 ? "0" : "")\(rest)"
}
