import DriverAPI

extension Dialect {
  /// Answers with how many prepared statements the session has at the server, in the words of engines that tell.
  var openStatements: String? {
    switch name {
    case "postgres": "SELECT COUNT(*) FROM pg_prepared_statements"
    case "mariadb":
      // It counts as prepared what it prepares again by itself.
      """
      SELECT CAST(SUM(CASE variable_name WHEN 'COM_STMT_PREPARE' THEN variable_value
        ELSE -variable_value END) AS SIGNED) FROM information_schema.session_status
      WHERE variable_name IN ('COM_STMT_PREPARE', 'COM_STMT_REPREPARE', 'COM_STMT_CLOSE')
      """
    default: nil
    }
  }
}
