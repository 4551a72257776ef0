#include "RawDatabase.h"

#include <stdlib.h>
#include <string.h>

int raw_open(const char *path, const char *pragmas, raw_database **database) {
  *database = NULL;
  raw_database *opened = calloc(1, sizeof *opened);
  if (!opened) return SQLITE_NOMEM;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code = sqlite3_open_v2(path, &opened->handle, flags, NULL);
  if (code == SQLITE_OK) code = sqlite3_exec(opened->handle, pragmas, NULL, NULL, NULL);
  if (code != SQLITE_OK) {
    raw_close(opened);
    return code;
  }
  *database = opened;
  return SQLITE_OK;
}

void raw_close(raw_database *database) {
  if (!database) return;
  sqlite3_close_v2(database->handle);
  free(database);
}

int raw_execute(raw_database *database, const char *sql) {
  return sqlite3_exec(database->handle, sql, NULL, NULL, NULL);
}

int raw_select_integer(raw_database *database, const char *sql, int64_t *value) {
  sqlite3_stmt *select = NULL;
  int code = sqlite3_prepare_v2(database->handle, sql, -1, &select, NULL);
  if (code == SQLITE_OK && (code = sqlite3_step(select)) == SQLITE_ROW) {
    *value = sqlite3_column_int64(select, 0);
    code = SQLITE_OK;
  }
  sqlite3_finalize(select);
  return code;
}

const char *raw_message(raw_database *database) {
  return sqlite3_errmsg(database->handle);
}

static int fill(sqlite3_stmt *insert, int64_t rows) {
  char name[21], note[21];
  for (int64_t id = 1; id <= rows; id++) {
    raw_fixture_name(id, name);
    raw_fixture_name(rows - id, note);
    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_text(insert, 2, name, 20, SQLITE_STATIC);
    sqlite3_bind_double(insert, 3, (double)id * 0.5);
    if (id % 2)
      sqlite3_bind_null(insert, 4);
    else
      sqlite3_bind_text(insert, 4, note, 20, SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE) return sqlite3_reset(insert);
    sqlite3_reset(insert);
  }
  return SQLITE_OK;
}

int raw_build_fixture(raw_database *database, int64_t rows) {
  int code = raw_execute(database,
                         "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                         "score REAL NOT NULL, note TEXT); BEGIN");
  if (code != SQLITE_OK) return code;
  sqlite3_stmt *insert = NULL;
  code = sqlite3_prepare_v2(database->handle, "INSERT INTO t VALUES(?1,?2,?3,?4)", -1, &insert,
                            NULL);
  if (code != SQLITE_OK) return code;
  code = fill(insert, rows);
  sqlite3_finalize(insert);
  return code == SQLITE_OK ? raw_execute(database, "COMMIT") : code;
}
