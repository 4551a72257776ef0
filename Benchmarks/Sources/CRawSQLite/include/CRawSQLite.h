#ifndef DOVETAIL_RAW_SQLITE_H
#define DOVETAIL_RAW_SQLITE_H

#include "CRawWork.h"

// The loops a careful C programmer would write over sqlite3, for the Swift side to be measured against.
// Every function that can fail returns an SQLite result code; 0 is success.

/// One open connection. Not safe for two threads at once unless a function says so.
typedef struct raw_database raw_database;

/// Opens `path` without SQLite's own mutexes (the caller serialises) and runs `pragmas` on it.
int raw_open(const char *path, const char *pragmas, raw_database **database);

/// Closes the connection; NULL is allowed.
void raw_close(raw_database *database);

/// Runs `sql`, which may hold several statements and returns no rows.
int raw_execute(raw_database *database, const char *sql);

/// Runs `sql` and stores the first column of its first row.
int raw_select_integer(raw_database *database, const char *sql, int64_t *value);

/// What SQLite says about the last failure on this connection.
const char *raw_message(raw_database *database);

/// Creates table `t(id, name, score, note)` with ids 1...`rows`; every other `note` is NULL.
int raw_build_fixture(raw_database *database, int64_t rows);

/// Selects `count` rows by ids between 1 and `rows` that are drawn from `seed`, each as a
/// statement of its own. `copying` duplicates each text with malloc and frees it again.
int raw_point_select(raw_database *database, int64_t count, int64_t rows, uint64_t seed,
                     bool copying, raw_outcome *outcome);

/// Does the same from as many threads as there are connections, each on its own: the ids are those of the
/// numbers from 0, by `raw_id`. Texts are copied.
int raw_point_select_by_threads(raw_database *const *databases, int threads, int64_t count,
                                int64_t rows, uint64_t seed, raw_outcome *outcome);

/// Reads the whole table once. `copying` as in `raw_point_select`.
int raw_stream(raw_database *database, bool copying, raw_outcome *outcome);

/// Inserts `count` rows into `w(id, name, score, note)` within one transaction.
int raw_insert_in_transaction(raw_database *database, int64_t count, raw_outcome *outcome);

/// Inserts `count` rows into `w`, each committed alone, from `threads` threads that take turns on
/// this one connection by a mutex.
int raw_insert_autocommit(raw_database *database, int64_t count, int threads,
                          raw_outcome *outcome);

/// Condenses what table `w` holds: number of rows and sum of the text lengths as `integers`, sum of
/// the scores as `doubles`.
int raw_written(raw_database *database, raw_outcome *outcome);

#endif
