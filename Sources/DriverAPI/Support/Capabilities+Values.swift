extension Capabilities {
  /// Refuses parameters that the engine would bend or lose. [TYPE-1, TYPE-2]
  ///
  /// For drivers to call before they send anything.
  ///
  /// - Throws: `unsupported` with the parameter's position, never its value.
  public func check(_ parameters: [Value]) throws(DatabaseError) {
    for index in parameters.indices {
      guard let lack = lack(for: parameters[index]) else { continue }
      throw .unsupported("parameter \(index + 1) is \(lack), which the engine cannot hold")
    }
  }

  private func lack(for value: Value) -> String? {
    switch value {
    case .uint where !unsignedIntegers: "an integer above Int64.max"
    case .double(let double) where double.isNaN && !notANumber: "NaN"
    case .double(let double) where double.isInfinite && !infinities: "an infinity"
    case .text(let text) where !nulInText && text.utf8.contains(0): "text with a NUL in it"
    default: nil
    }
  }
}
