import DriverAPI
import Foundation

/// A type of an engine, a value of it in the engine's words, and what has to come of that.
struct EngineType: Sendable {
  /// The type in DDL.
  let type: String
  /// The value as SQL writes it.
  let literal: String
  /// What is read.
  let value: Value
  /// What the engine calls the type of such a column; nil if that is not told, or not known.
  let name: String?

  private init(_ type: String, _ literal: String, _ value: Value, _ name: String? = nil) {
    (self.type, self.literal, self.value, self.name) = (type, literal, value, name)
  }

  /// Those of the engines that are known here.
  static func known(to dialect: Dialect) -> [EngineType] {
    switch dialect.name {
    case "sqlite": sqlite
    case "postgres": postgres
    case "mysql": mysql
    case "mariadb": mysql + mariadb
    default: []
    }
  }

  private static let instant = Timestamp(microseconds: 1_709_251_199_123_456).databaseValue
  private static let day = CalendarDate(daysSince1970: 19_782).databaseValue
  private static let uuid: Value =
    .uuid(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF") ?? UUID())

  private static let sqlite = [
    EngineType("INTEGER", "-9223372036854775808", .int(.min), "INTEGER"),
    EngineType("VARCHAR(9)", "'abc'", "abc", "VARCHAR(9)"),
    EngineType("REAL", "-1.5", -1.5, "REAL"), EngineType("REAL", "7", 7.0, "REAL"),
    EngineType("BLOB", "x'00ff'", .bytes([0, 255]), "BLOB"), EngineType("ANY", "''", "", "ANY"),
    EngineType("", "x''", .bytes([])),
  ]

  private static let postgres = [
    EngineType("smallint", "-32768", -32768), EngineType("integer", "-2147483648", -2_147_483_648),
    EngineType("bigint", "-9223372036854775808", .int(.min)),
    EngineType("real", "-1.5", -1.5), EngineType("double precision", "-1e300", -1e300),
    EngineType("numeric(10, 2)", "-1.50", ExactDecimal(unscaled: -150, scale: 2).databaseValue),
    EngineType("boolean", "true", true), EngineType("char(3)", "'abc'", "abc"),
    EngineType("varchar(9)", "'abc'", "abc"), EngineType("name", "'abc'", "abc"),
    EngineType("bytea", "'\\x00ff'", .bytes([0, 255])), EngineType("date", "'2024-02-29'", day),
    EngineType("timestamptz", "'2024-02-29 23:59:59.123456+00'", instant),
    EngineType("timestamp", "'2024-02-29 23:59:59.123456'", instant),
    EngineType("uuid", "'00112233-4455-6677-8899-aabbccddeeff'", uuid),
  ]

  private static let mysql = [
    EngineType("TINYINT", "-128", -128, "tinyint"),
    EngineType("TINYINT UNSIGNED", "255", 255, "tinyint unsigned"),
    EngineType("SMALLINT", "-32768", -32768, "smallint"),
    EngineType("SMALLINT UNSIGNED", "65535", 65535, "smallint unsigned"),
    EngineType("MEDIUMINT", "-8388608", -8_388_608, "mediumint"),
    EngineType("MEDIUMINT UNSIGNED", "16777215", 16_777_215, "mediumint unsigned"),
    EngineType("INT", "-2147483648", -2_147_483_648, "int"),
    EngineType("INT UNSIGNED", "4294967295", 4_294_967_295, "int unsigned"),
    EngineType("BIGINT", "-9223372036854775808", .int(.min), "bigint"),
    EngineType("BIGINT UNSIGNED", "18446744073709551615", .uint(.max), "bigint unsigned"),
    EngineType("BIGINT UNSIGNED", "7", 7, "bigint unsigned"),
    EngineType("FLOAT", "-1.5", -1.5, "float"), EngineType("DOUBLE", "-1e300", -1e300, "double"),
    EngineType("DOUBLE UNSIGNED", "0.1", 0.1, "double unsigned"),
    EngineType(
      "DECIMAL(10, 2)", "-1.50", ExactDecimal(unscaled: -150, scale: 2).databaseValue, "decimal"),
    EngineType("YEAR", "2155", 2155, "year"), EngineType("YEAR", "1999", 1999, "year"),
    EngineType("BIT(10)", "b'1000000001'", 513, "bit"),
    EngineType("BIT(64)", "~0", .uint(.max), "bit"), EngineType("BIT(64)", "1", 1, "bit"),
    EngineType("CHAR(3)", "'abc'", "abc", "char"),
    EngineType("VARCHAR(9)", "'abc'", "abc", "varchar"), EngineType("TEXT", "'abc'", "abc", "text"),
    EngineType("BINARY(2)", "x'00ff'", .bytes([0, 255]), "binary"),
    EngineType("VARBINARY(4)", "x'00ff'", .bytes([0, 255]), "varbinary"),
    EngineType("BLOB", "x'00ff'", .bytes([0, 255]), "blob"),
    EngineType("ENUM('a', 'b')", "'b'", "b"), EngineType("SET('a', 'b')", "'a,b'", "a,b"),
    EngineType("DATE", "'2024-02-29'", day, "date"),
    EngineType("DATETIME(6)", "'2024-02-29 23:59:59.123456'", instant, "datetime"),
    EngineType("TIMESTAMP(6) NULL", "'2024-02-29 23:59:59.123456'", instant, "timestamp"),
    EngineType("TIME(3)", "'-838:59:58.5'", "-838:59:58.500", "time"),
    EngineType("TIME", "'12:00:01'", "12:00:01", "time"),
    EngineType("TIME(6)", "'00:00:00'", "00:00:00.000000", "time"),
    EngineType("TIME(2)", "'26:01:02.03'", "26:01:02.03", "time"),
    EngineType("TIME", "'-00:00:01'", "-00:00:01", "time"),
    // What the calendar does not have; stored while the session is not strict.
    EngineType("DATE", "'0000-00-00'", "0000-00-00", "date"),
    EngineType("DATE", "'2024-00-10'", "2024-00-10", "date"),
    EngineType("DATETIME", "'0000-00-00'", "0000-00-00 00:00:00", "datetime"),
    EngineType("DATETIME(3)", "'2024-00-10 01:02:03.5'", "2024-00-10 01:02:03.500", "datetime"),
    EngineType("DATETIME(6)", "'2024-10-00'", "2024-10-00 00:00:00.000000", "datetime"),
  ]

  private static let mariadb = [
    EngineType("UUID", "'00112233-4455-6677-8899-aabbccddeeff'", uuid),
    EngineType("JSON", "'[1, 2]'", .json("[1, 2]")), EngineType("INET6", "'::1'", "::1"),
    EngineType(
      "POINT", "POINT(0, 0)",
      .bytes(
        Array(repeating: 0, count: 4) + [1, 1, 0, 0, 0]
          + Array(repeating: 0, count: 16)), "geometry"),
  ]
}
