#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "RawDatabase.h"

/// What the threads of one run share. `mutex` guards the statement and everything after it.
typedef struct {
  pthread_mutex_t mutex;
  sqlite3_stmt *insert;
  int64_t remaining;
  int code;
} turns;

static int prepare(raw_database *database, sqlite3_stmt **insert) {
  return sqlite3_prepare_v3(database->handle,
                            "INSERT INTO w(name, score, note) VALUES(?1,?2,?3)", -1,
                            SQLITE_PREPARE_PERSISTENT, insert, NULL);
}

/// Inserts the row that belongs to `index`: its name, half the index, and a note for even ones.
static int insert_row(sqlite3_stmt *insert, int64_t index, const char *name) {
  sqlite3_bind_text(insert, 1, name, 20, SQLITE_STATIC);
  sqlite3_bind_double(insert, 2, (double)index * 0.5);
  if (index % 2)
    sqlite3_bind_null(insert, 3);
  else
    sqlite3_bind_text(insert, 3, name, 20, SQLITE_STATIC);
  int code = sqlite3_step(insert);
  sqlite3_reset(insert);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

int raw_insert_in_transaction(raw_database *database, int64_t count, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  char name[21];
  raw_fixture_name(count, name);
  sqlite3_stmt *insert = NULL;
  double start = raw_now();
  int code = raw_execute(database, "BEGIN IMMEDIATE");
  if (code == SQLITE_OK) code = prepare(database, &insert);
  for (int64_t index = 0; code == SQLITE_OK && index < count; index++) {
    code = insert_row(insert, index, name);
    outcome->operations++;
  }
  sqlite3_finalize(insert);
  if (code == SQLITE_OK) code = raw_execute(database, "COMMIT");
  outcome->seconds = raw_now() - start;
  return code;
}

static void *take_turns(void *argument) {
  turns *shared = argument;
  char name[21];
  for (;;) {
    pthread_mutex_lock(&shared->mutex);
    if (shared->remaining == 0 || shared->code != SQLITE_OK) break;
    int64_t index = --shared->remaining;
    raw_fixture_name(index, name);
    shared->code = insert_row(shared->insert, index, name);
    pthread_mutex_unlock(&shared->mutex);
  }
  pthread_mutex_unlock(&shared->mutex);
  return NULL;
}

int raw_insert_autocommit(raw_database *database, int64_t count, int threads,
                          raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  turns shared = {.mutex = PTHREAD_MUTEX_INITIALIZER, .remaining = count};
  pthread_t *started = calloc((size_t)threads, sizeof *started);
  if (!started) return SQLITE_NOMEM;
  double start = raw_now();
  shared.code = prepare(database, &shared.insert);
  int running = 0;
  while (running < threads &&
         pthread_create(&started[running], NULL, take_turns, &shared) == 0)
    running++;
  for (int index = 0; index < running; index++) pthread_join(started[index], NULL);
  outcome->seconds = raw_now() - start;
  outcome->operations = count - shared.remaining;
  free(started);
  sqlite3_finalize(shared.insert);
  pthread_mutex_destroy(&shared.mutex);
  if (running < threads && shared.code == SQLITE_OK) return SQLITE_NOMEM;
  return shared.code;
}
