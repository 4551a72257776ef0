import DriverAPI

extension ChatSchema {
  /// What version 6 adds: the tables of ``FeedTable`` and ``NoticeTable``.
  static func feed(_ dialect: Dialect) -> [String] {
    let (id, int) = (dialect.typeName(.id), dialect.typeName(.int))
    let key = dialect.typeName(.key(maxLength: 191))
    let (time, bytes) = (dialect.typeName(.timestamp), dialect.typeName(.bytes))
    return [
      dialect.creatingTable(
        FeedTable.name,
        """
        batch \(int) NOT NULL, part \(int) NOT NULL, writer \(key) NOT NULL, \
        created_at \(time) NOT NULL, payload \(bytes) NOT NULL, PRIMARY KEY (batch, part)
        """),
      dialect.creatingTable(
        NoticeTable.name,
        """
        id \(id), writer \(key) NOT NULL, created_at \(time) NOT NULL, payload \(bytes) NOT NULL
        """),
    ]
  }
}
