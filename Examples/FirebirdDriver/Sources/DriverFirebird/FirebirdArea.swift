import CFirebird
import DriverAPI
import Glibc

/// A descriptor area: what the library knows of some parameters or columns, and where their values are.
final class FirebirdArea {
  private(set) var raw: UnsafeMutablePointer<XSQLDA>
  private let memory = ParameterMemory()

  /// Room for so many; more is made when there are more.
  init(count: Int32 = 1) { raw = dovetail_area(count) }

  deinit { Glibc.free(raw) }

  var variables: UnsafeMutableBufferPointer<XSQLVAR> {
    UnsafeMutableBufferPointer(start: dovetail_variables(raw), count: Int(raw.pointee.sqld))
  }

  /// Makes a call that describes something, a second time if there is more of it than was expected.
  func describe(
    _ call: (UnsafeMutablePointer<ISC_STATUS>, UnsafeMutablePointer<XSQLDA>) -> ISC_STATUS
  ) throws(DatabaseError) {
    try FirebirdStatus.check { call($0, raw) }
    guard raw.pointee.sqld > raw.pointee.sqln else { return }
    let count = Int32(raw.pointee.sqld)
    Glibc.free(raw)
    raw = dovetail_area(count)
    try FirebirdStatus.check { call($0, raw) }
  }

  /// Gives each column a place. Numbers of all sizes are fetched in the largest, and texts of a fixed length
  /// without what fills them up to the bytes that other characters would take.
  func makeRoom() {
    for index in variables.indices {
      switch Int32(variables[index].sqltype) & ~1 {
      case SQL_SHORT, SQL_LONG: variables[index].become(SQL_INT64, 8)
      case SQL_FLOAT, SQL_D_FLOAT: variables[index].become(SQL_DOUBLE, 8)
      case SQL_TEXT: variables[index].become(SQL_VARYING, variables[index].length)
      case let type: variables[index].become(type, variables[index].length)
      }
      let bytes = [UInt8](repeating: 0, count: variables[index].length + 2)
      variables[index].put(memory.copy(bytes), memory.copy([ISC_SHORT(0)]))
    }
  }
}

extension XSQLVAR {
  /// The type without the bit that says whether it can be NULL.
  var type: Int32 { Int32(sqltype) & ~1 }
  var length: Int { Int(UInt16(bitPattern: sqllen)) }

  /// Has the library convert to or from a type, whose values can be NULL.
  mutating func become(_ type: Int32, _ length: Int) {
    (sqltype, sqllen) = (ISC_SHORT(type | 1), ISC_SHORT(bitPattern: UInt16(length)))
  }

  /// Says where the value is, and whether it is NULL.
  mutating func put(_ value: UnsafeMutableRawPointer, _ indicator: UnsafeMutableRawPointer) {
    sqldata = value.assumingMemoryBound(to: CChar.self)
    sqlind = indicator.assumingMemoryBound(to: ISC_SHORT.self)
  }

  func value<T: BitwiseCopyable>(_ type: T.Type) -> T {
    UnsafeRawPointer(sqldata).loadUnaligned(as: type)
  }

  /// The bytes of a text that says how many there are.
  var characters: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: sqldata + 2, count: Int(value(UInt16.self)))
  }

  /// The name, or the alias that the query gave.
  var name: String {
    withUnsafeBytes(of: aliasname) {
      String(decoding: $0.prefix(Int(aliasname_length)), as: UTF8.self)
    }
  }
}
