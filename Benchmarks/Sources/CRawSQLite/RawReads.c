#include <stdlib.h>
#include <string.h>

#include "RawDatabase.h"

/// Adds a text to the checksum, from SQLite's own buffer or from a copy of it.
static inline int add_text(sqlite3_stmt *statement, int column, bool copying,
                           raw_outcome *outcome) {
  const unsigned char *text = sqlite3_column_text(statement, column);
  int length = sqlite3_column_bytes(statement, column);
  if (!copying) {
    outcome->integers += length + (length ? text[length - 1] : 0);
    return SQLITE_OK;
  }
  unsigned char *copy = malloc((size_t)length + 1);
  if (!copy) return SQLITE_NOMEM;
  memcpy(copy, text, (size_t)length);
  copy[length] = 0;
  outcome->integers += length + (length ? copy[length - 1] : 0);
  free(copy);
  return SQLITE_OK;
}

static inline int add_row(sqlite3_stmt *statement, bool copying, raw_outcome *outcome) {
  outcome->operations++;
  outcome->integers += sqlite3_column_int64(statement, 0);
  outcome->doubles += sqlite3_column_double(statement, 2);
  int code = add_text(statement, 1, copying, outcome);
  if (code != SQLITE_OK || sqlite3_column_type(statement, 3) == SQLITE_NULL) return code;
  return add_text(statement, 3, copying, outcome);
}

int raw_prepare_point_select(raw_database *database, sqlite3_stmt **select) {
  return sqlite3_prepare_v3(database->handle, "SELECT id, name, score, note FROM t WHERE id = ?1",
                            -1, SQLITE_PREPARE_PERSISTENT, select, NULL);
}

int raw_select_one(sqlite3_stmt *select, int64_t id, bool copying, raw_outcome *outcome) {
  sqlite3_bind_int64(select, 1, id);
  int code = sqlite3_step(select);
  if (code == SQLITE_ROW) code = add_row(select, copying, outcome);
  // Resetting ends the read transaction, so every select takes and drops its locks anew.
  sqlite3_reset(select);
  return code;
}

int raw_point_select(raw_database *database, int64_t count, int64_t rows, uint64_t seed,
                     bool copying, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  sqlite3_stmt *select = NULL;
  double start = raw_now();
  int code = raw_prepare_point_select(database, &select);
  for (int64_t done = 0; code == SQLITE_OK && done < count; done++)
    code = raw_select_one(select, raw_next_id(&seed, rows), copying, outcome);
  outcome->seconds = raw_now() - start;
  sqlite3_finalize(select);
  return code;
}

int raw_stream(raw_database *database, bool copying, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  sqlite3_stmt *select = NULL;
  double start = raw_now();
  int code = sqlite3_prepare_v3(database->handle, "SELECT id, name, score, note FROM t", -1,
                                SQLITE_PREPARE_PERSISTENT, &select, NULL);
  while (code == SQLITE_OK && (code = sqlite3_step(select)) == SQLITE_ROW)
    code = add_row(select, copying, outcome);
  outcome->seconds = raw_now() - start;
  sqlite3_finalize(select);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

int raw_written(raw_database *database, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  sqlite3_stmt *select = NULL;
  int code = sqlite3_prepare_v2(
      database->handle,
      "SELECT count(*), total(length(name)) + total(length(note)), total(score) FROM w", -1,
      &select, NULL);
  if (code == SQLITE_OK && (code = sqlite3_step(select)) == SQLITE_ROW) {
    outcome->operations = sqlite3_column_int64(select, 0);
    outcome->integers = outcome->operations + sqlite3_column_int64(select, 1);
    outcome->doubles = sqlite3_column_double(select, 2);
    code = SQLITE_OK;
  }
  sqlite3_finalize(select);
  return code;
}
