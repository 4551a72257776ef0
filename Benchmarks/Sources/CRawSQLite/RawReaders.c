#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "RawDatabase.h"

/// What the threads of one run share.
typedef struct {
  int64_t count;
  int64_t rows;
  uint64_t seed;
  atomic_llong next;
} numbers;

/// One thread, and what it found.
typedef struct {
  numbers *shared;
  raw_database *database;
  pthread_t thread;
  raw_outcome outcome;
  int code;
} reader;

static int read_all(raw_database *database, numbers *shared, raw_outcome *outcome) {
  sqlite3_stmt *select = NULL;
  int code = raw_prepare_point_select(database, &select);
  while (code == SQLITE_OK) {
    int64_t index = atomic_fetch_add_explicit(&shared->next, 1, memory_order_relaxed);
    if (index >= shared->count) break;
    code = raw_select_one(select, raw_id(index, shared->seed, shared->rows), true, outcome);
  }
  sqlite3_finalize(select);
  return code;
}

static void *run(void *argument) {
  reader *own = argument;
  own->code = read_all(own->database, own->shared, &own->outcome);
  return NULL;
}

int raw_point_select_by_threads(raw_database *const *databases, int threads, int64_t count,
                                int64_t rows, uint64_t seed, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  numbers shared = {count, rows, seed, 0};
  reader *readers = calloc((size_t)threads, sizeof *readers);
  if (!readers) return SQLITE_NOMEM;
  double start = raw_now();
  int code = SQLITE_OK, running = 0;
  for (; running < threads; running++) {
    readers[running].shared = &shared;
    readers[running].database = databases[running];
    if (pthread_create(&readers[running].thread, NULL, run, &readers[running])) break;
  }
  if (running < threads) code = SQLITE_NOMEM;
  for (int index = 0; index < running; index++) {
    pthread_join(readers[index].thread, NULL);
    if (code == SQLITE_OK) code = readers[index].code;
    outcome->operations += readers[index].outcome.operations;
    outcome->integers += readers[index].outcome.integers;
    outcome->doubles += readers[index].outcome.doubles;
  }
  outcome->seconds = raw_now() - start;
  free(readers);
  return code;
}
