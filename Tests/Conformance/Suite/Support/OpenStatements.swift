import DriverAPI

extension Dialect {
  /// Answers with how many prepared statements the session has at the server, in the words of engines that tell.
  var openStatements: String? {
    switch name {
    case "postgres": "SELECT COUNT(*) FROM pg_prepared_statements"
    case "mariadb":
      """
      SELECT CAST((SELECT variable_value FROM information_schema.session_status
          WHERE variable_name = 'COM_STMT_PREPARE') - (SELECT variable_value
          FROM information_schema.session_status WHERE variable_name = 'COM_STMT_CLOSE') AS SIGNED)
      """
    default: nil
    }
  }
}
