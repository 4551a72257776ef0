#include "RawConnection.h"

static bool bind_id(raw_my *connection) {
  MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &connection->id};
  return mysql_stmt_bind_param(connection->select, &bind) == 0;
}

raw_my *raw_my_open(const raw_my_address *address, const char *select) {
  raw_my *opened = calloc(1, sizeof *opened);
  if (!opened) return NULL;
  opened->handle = mysql_init(NULL);
  if (!opened->handle) return opened;
  mysql_options(opened->handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  unsigned protocol = address->socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
  mysql_options(opened->handle, MYSQL_OPT_PROTOCOL, &protocol);
  if (!mysql_real_connect(opened->handle, address->host, address->user, address->password,
                          address->database, address->port, address->socket, 0))
    return opened;
  opened->select = raw_my_prepare(opened, select);
  opened->is_ready =
      opened->select && bind_id(opened) && raw_my_bind_row(opened->select, &opened->row);
  return opened;
}

bool raw_my_is_open(raw_my *connection) { return connection->is_ready; }

void raw_my_close(raw_my *connection) {
  if (!connection) return;
  if (connection->select) mysql_stmt_close(connection->select);
  if (connection->handle) mysql_close(connection->handle);
  free(connection);
}

const char *raw_my_message(raw_my *connection) {
  return connection->handle ? mysql_error(connection->handle) : "no memory";
}

MYSQL_STMT *raw_my_prepare(raw_my *connection, const char *sql) {
  MYSQL_STMT *statement = mysql_stmt_init(connection->handle);
  if (!statement || mysql_stmt_prepare(statement, sql, strlen(sql)) == 0) return statement;
  mysql_stmt_close(statement);
  return NULL;
}

bool raw_my_bind_row(MYSQL_STMT *statement, raw_my_row *row) {
  MYSQL_BIND *binds = row->binds;
  memset(binds, 0, sizeof row->binds);
  binds[0].buffer_type = MYSQL_TYPE_LONGLONG;
  binds[0].buffer = &row->id;
  binds[1].buffer_type = MYSQL_TYPE_STRING;
  binds[1].buffer = row->name;
  binds[1].buffer_length = RAW_MY_TEXT_SIZE;
  binds[1].length = &row->name_length;
  binds[2].buffer_type = MYSQL_TYPE_DOUBLE;
  binds[2].buffer = &row->score;
  binds[3].buffer_type = MYSQL_TYPE_STRING;
  binds[3].buffer = row->note;
  binds[3].buffer_length = RAW_MY_TEXT_SIZE;
  binds[3].length = &row->note_length;
  binds[3].is_null = &row->note_is_null;
  return mysql_stmt_bind_result(statement, binds) == 0;
}
