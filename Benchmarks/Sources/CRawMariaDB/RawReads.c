#include <pthread.h>
#include <stdatomic.h>

#include "RawConnection.h"

/// Selects the row of `id`, and reads the end of the answer.
static bool select_row(raw_my *connection, int64_t id, raw_outcome *outcome) {
  connection->id = id;
  return mysql_stmt_execute(connection->select) == 0 &&
         mysql_stmt_fetch(connection->select) == 0 &&
         raw_my_add_row(&connection->row, true, outcome) &&
         mysql_stmt_fetch(connection->select) == MYSQL_NO_DATA;
}

bool raw_my_point_select(raw_my *connection, int64_t count, int64_t rows, uint64_t seed,
                         raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  for (int64_t done = 0; done < count; done++)
    if (!select_row(connection, raw_next_id(&seed, rows), outcome)) return false;
  return true;
}

bool raw_my_stream(raw_my *connection, const char *sql, bool copying, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  MYSQL_STMT *statement = raw_my_prepare(connection, sql);
  if (!statement) return false;
  raw_my_row row;
  int code = mysql_stmt_execute(statement) != 0 || !raw_my_bind_row(statement, &row);
  while (code == 0 && (code = mysql_stmt_fetch(statement)) == 0)
    if (!raw_my_add_row(&row, copying, outcome)) break;
  mysql_stmt_close(statement);
  return code == MYSQL_NO_DATA;
}

/// What the threads of one run share.
typedef struct {
  atomic_llong next;
  int64_t count;
  int64_t rows;
  uint64_t seed;
} turns;

typedef struct {
  pthread_t thread;
  raw_my *connection;
  turns *turns;
  raw_outcome outcome;
  bool is_right;
} worker;

static void *take_turns(void *argument) {
  worker *worker = argument;
  turns *turns = worker->turns;
  worker->is_right = mysql_thread_init() == 0;
  while (worker->is_right) {
    int64_t index = atomic_fetch_add(&turns->next, 1);
    if (index >= turns->count) break;
    worker->is_right = select_row(
        worker->connection, raw_id(index, turns->seed, turns->rows), &worker->outcome);
  }
  mysql_thread_end();
  return NULL;
}

bool raw_my_threads(raw_my *const *connections, int connection_count, int64_t count, int64_t rows,
                    uint64_t seed, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  turns turns = {.count = count, .rows = rows, .seed = seed};
  worker *workers = calloc((size_t)connection_count, sizeof *workers);
  if (!workers) return false;
  int running = 0;
  for (; running < connection_count; running++) {
    workers[running].connection = connections[running];
    workers[running].turns = &turns;
    if (pthread_create(&workers[running].thread, NULL, take_turns, &workers[running])) break;
  }
  bool is_right = running == connection_count;
  for (int index = 0; index < running; index++) {
    pthread_join(workers[index].thread, NULL);
    is_right = is_right && workers[index].is_right;
    outcome->operations += workers[index].outcome.operations;
    outcome->integers += workers[index].outcome.integers;
    outcome->doubles += workers[index].outcome.doubles;
  }
  free(workers);
  return is_right;
}
