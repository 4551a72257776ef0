#include "RawConnection.h"

/// Rows in one message. More gain nothing that can be measured.
#define PORTION 4096

/// The values of a portion, an array for each column.
typedef struct {
  MYSQL_BIND binds[4];
  int64_t ids[PORTION];
  const char *names[PORTION];
  double scores[PORTION];
  unsigned long lengths[PORTION];
  char note_indicators[PORTION];
} arrays;

static void bind(arrays *arrays) {
  MYSQL_BIND *binds = arrays->binds;
  binds[0].buffer_type = MYSQL_TYPE_LONGLONG;
  binds[0].buffer = arrays->ids;
  binds[1].buffer_type = MYSQL_TYPE_STRING;
  binds[1].buffer = arrays->names;
  binds[1].length = arrays->lengths;
  binds[2].buffer_type = MYSQL_TYPE_DOUBLE;
  binds[2].buffer = arrays->scores;
  binds[3].buffer_type = MYSQL_TYPE_STRING;
  binds[3].buffer = arrays->names;
  binds[3].length = arrays->lengths;
  binds[3].u.indicator = arrays->note_indicators;
}

static void fill(arrays *arrays, const raw_row *rows, int64_t count) {
  for (int64_t index = 0; index < count; index++) {
    arrays->ids[index] = rows[index].id;
    arrays->names[index] = rows[index].name;
    arrays->lengths[index] = 20;
    arrays->scores[index] = rows[index].score;
    arrays->note_indicators[index] =
        rows[index].has_note ? STMT_INDICATOR_NONE : STMT_INDICATOR_NULL;
  }
}

static bool insert(MYSQL_STMT *statement, arrays *arrays, const raw_row *rows, int64_t count) {
  for (int64_t done = 0; done < count; done += PORTION) {
    unsigned portion = (unsigned)(count - done < PORTION ? count - done : PORTION);
    fill(arrays, rows + done, portion);
    if (mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &portion) ||
        mysql_stmt_bind_param(statement, arrays->binds) || mysql_stmt_execute(statement))
      return false;
  }
  return true;
}

bool raw_my_insert(raw_my *connection, const char *sql, const raw_row *rows, int64_t count,
                   raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  arrays *arrays = calloc(1, sizeof *arrays);
  if (!arrays) return false;
  bind(arrays);
  MYSQL_STMT *statement = NULL;
  bool is_right = mysql_query(connection->handle, "BEGIN") == 0 &&
                  (statement = raw_my_prepare(connection, sql)) &&
                  insert(statement, arrays, rows, count) &&
                  mysql_query(connection->handle, "COMMIT") == 0;
  if (statement) mysql_stmt_close(statement);
  free(arrays);
  outcome->operations = count;
  return is_right;
}
