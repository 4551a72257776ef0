import Testing

@testable import Server

/// The order of own and others' batches, driven by hand.
@Suite struct FeedSequenceTests {
  private var sequence = FeedSequence<String>(writer: "me", behind: 10)

  private func row(_ batch: Int64, _ writer: String = "you", part: Int64 = 0) -> FeedRow {
    FeedRow(place: .init(batch: batch, part: part), writer: writer, payload: [])
  }

  private func receipt(_ batch: Int64, byteCount: Int = 1) -> FeedReceipt {
    FeedReceipt(batch: batch, byteCount: byteCount)
  }

  /// What is shown now, in order.
  private mutating func shown() -> [String] {
    var shown: [String] = []
    while let step = sequence.next() {
      switch step {
      case .own(let work): shown.append(work)
      case .foreign(let row): shown.append("\(row.writer) \(row.place.batch).\(row.place.part)")
      }
    }
    return shown
  }

  @Test mutating func theNextBatchIsShownWithoutReading() {
    for batch in Int64(11)...13 {
      sequence.append("\(batch)", receipt(batch))
      #expect(!sequence.needsReading)
      #expect(shown() == ["\(batch)"])
    }
    #expect(sequence.last == .init(batch: 13, part: .max))
  }

  @Test mutating func whereOthersMayHaveWrittenTheyAreReadFirst() {
    sequence.append("13", receipt(13))
    #expect(sequence.needsReading)
    #expect(shown() == [])
    sequence.append([row(11), row(12), row(13, "me"), row(14)], isAll: true)
    #expect(shown() == ["you 11.0", "you 12.0", "13", "you 14.0"])
    sequence.append("15", receipt(15))
    #expect(shown() == ["15"])
  }

  @Test mutating func aGapThatIsNoneIsFoundOutByTheOwnRow() {
    sequence.append("14", receipt(14))
    sequence.append([], isAll: true)
    #expect(shown() == [], "a database may be behind the one that was written to")
    #expect(sequence.needsReading)
    sequence.append([row(14, "me")], isAll: true)
    #expect(shown() == ["14"])
  }

  @Test mutating func anOwnRowWaitsForTheAnswerToItsCommit() {
    sequence.append([row(11), row(12, "me"), row(13)], isAll: true)
    #expect(shown() == ["you 11.0"])
    #expect(sequence.readCount == 2 && !sequence.needsReading)
    sequence.append("12", receipt(12))
    #expect(shown() == ["12", "you 13.0"])
  }

  @Test mutating func anOwnRowThatWasTakenForLostIsShownLikeAnothers() {
    sequence.append([row(11, "me"), row(12), row(13, "me")], isAll: true)
    #expect(shown() == [])
    sequence.append("13", receipt(13))
    #expect(shown() == ["me 11.0", "you 12.0", "13"])
  }

  @Test mutating func nothingIsShownTwice() {
    let rows = [row(11), row(12, "me"), row(12, "me", part: 1), row(13)]
    sequence.append(rows, isAll: true)
    sequence.append("12", receipt(12))
    #expect(shown() == ["you 11.0", "12", "you 13.0"])
    // As where two looks at the table overlap.
    sequence.append(rows + [row(14)], isAll: true)
    #expect(shown() == ["you 14.0"])
  }

  @Test mutating func aBatchInPartsIsWholeBeforeWhatFollows() {
    sequence.append("12", receipt(12))
    sequence.append([row(11), row(11, part: 1)], isAll: false)
    #expect(shown() == ["you 11.0", "you 11.1"], "there may be more parts")
    #expect(sequence.needsReading)
    sequence.append([row(11, part: 2), row(12, "me")], isAll: true)
    #expect(shown() == ["you 11.2", "12"])
  }

  @Test mutating func whatMeansNothingToOthersWaitsForNobody() {
    sequence.append("15", receipt(15, byteCount: 0))
    #expect(shown() == ["15"])
    // What is before it is read all the same.
    sequence.append([row(12), row(14)], isAll: true)
    #expect(shown() == ["you 12.0", "you 14.0"])
    sequence.append("15b", receipt(15, byteCount: 0))
    #expect(shown() == ["15b"])
    sequence.append("16", receipt(16))
    #expect(shown() == ["16"])
  }

  @Test mutating func afterALossItGoesOnElsewhere() {
    sequence.append("13", receipt(13))
    sequence.append([row(11), row(12, "me")], isAll: true)
    sequence.skip(to: 20)
    #expect(shown() == ["13"], "its author waits for it")
    sequence.append("21", receipt(21))
    #expect(shown() == ["21"])
    #expect(sequence.isBehind(receipt(21)) && !sequence.isBehind(receipt(22)))
  }
}
