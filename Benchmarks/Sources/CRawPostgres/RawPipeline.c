#include <poll.h>

#include "RawConnection.h"

/// What the connections of one run share.
typedef struct {
  int64_t next;
  int64_t count;
  int64_t rows;
  uint64_t seed;
  int64_t finished;
  raw_outcome *outcome;
} work;

/// Sends the next select, and its Sync; libpq sends both at once with the Sync.
static bool send_next(PGconn *handle, work *work) {
  if (work->next == work->count) return true;
  uint64_t id = __builtin_bswap64((uint64_t)raw_id(work->next++, work->seed, work->rows));
  const char *const values[] = {(const char *)&id};
  const int lengths[] = {sizeof id}, formats[] = {1};
  return PQsendQueryPrepared(handle, RAW_PG_SELECT, 1, values, lengths, formats, 1) &&
         PQpipelineSync(handle);
}

/// Takes in what has arrived; each answer that is complete makes room for another select.
static bool take_answers(PGconn *handle, work *work) {
  if (!PQconsumeInput(handle)) return false;
  int ends = 0;
  while (!PQisBusy(handle) && ends < 2) {
    PGresult *result = PQgetResult(handle);
    // One NULL ends each statement; two in a row mean that nothing is on its way.
    ends = result ? 0 : ends + 1;
    if (!result) continue;
    bool is_right = true;
    switch (PQresultStatus(result)) {
      case PGRES_TUPLES_OK:
        is_right = PQntuples(result) == 1 && raw_pg_add_row(result, 0, true, work->outcome);
        break;
      case PGRES_PIPELINE_SYNC:
        work->finished++;
        is_right = send_next(handle, work);
        break;
      default: is_right = false;
    }
    PQclear(result);
    if (!is_right) return false;
  }
  return PQflush(handle) >= 0;
}

static bool run(raw_pg *const *connections, int connection_count, work *work) {
  struct pollfd entries[16];
  for (int index = 0; index < connection_count; index++)
    entries[index] = (struct pollfd){PQsocket(connections[index]->handle), POLLIN, 0};
  while (work->finished < work->count) {
    if (poll(entries, (nfds_t)connection_count, -1) < 0) return false;
    for (int index = 0; index < connection_count; index++)
      if (entries[index].revents && !take_answers(connections[index]->handle, work)) return false;
  }
  return true;
}

bool raw_pg_pipeline(raw_pg *const *connections, int connection_count, int depth, int64_t count,
                     int64_t rows, uint64_t seed, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  if (connection_count > 16) return false;
  work work = {.count = count, .rows = rows, .seed = seed, .outcome = outcome};
  bool is_right = true;
  for (int index = 0; index < connection_count; index++) {
    PGconn *handle = connections[index]->handle;
    is_right = PQsetnonblocking(handle, 1) == 0 && PQenterPipelineMode(handle) && is_right;
  }
  for (int index = 0; is_right && index < depth; index++)
    is_right = send_next(connections[index % connection_count]->handle, &work);
  is_right = is_right && run(connections, connection_count, &work);
  for (int index = 0; is_right && index < connection_count; index++) {
    // The last NULL may not have been taken.
    PGresult *rest = PQgetResult(connections[index]->handle);
    PQclear(rest);
    is_right = PQexitPipelineMode(connections[index]->handle) != 0;
  }
  return is_right;
}
