#include "RawConnection.h"

#define RAW_PG_INSERT "raw_insert"

static bool execute(PGconn *handle, const char *sql) {
  PGresult *result = PQexec(handle, sql);
  bool is_right = PQresultStatus(result) == PGRES_COMMAND_OK;
  PQclear(result);
  return is_right;
}

static bool prepare(PGconn *handle, const char *sql) {
  // bigint, text, double precision, text
  const Oid types[] = {20, 25, 701, 25};
  PGresult *result = PQprepare(handle, RAW_PG_INSERT, sql, 4, types);
  bool is_right = PQresultStatus(result) == PGRES_COMMAND_OK;
  PQclear(result);
  return is_right;
}

static bool send_row(PGconn *handle, const raw_row *row) {
  uint64_t id = __builtin_bswap64((uint64_t)row->id), score;
  memcpy(&score, &row->score, sizeof score);
  score = __builtin_bswap64(score);
  const char *const values[] = {(const char *)&id, row->name, (const char *)&score,
                                row->has_note ? row->name : NULL};
  const int lengths[] = {sizeof id, 20, sizeof score, 20}, formats[] = {1, 0, 1, 0};
  return PQsendQueryPrepared(handle, RAW_PG_INSERT, 4, values, lengths, formats, 0) == 1;
}

static bool read_answers(PGconn *handle) {
  bool is_right = true;
  while (true) {
    PGresult *result = PQgetResult(handle);
    if (!result) {
      if (PQstatus(handle) != CONNECTION_OK) return false;
      continue;
    }
    ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status == PGRES_PIPELINE_SYNC) return is_right;
    if (status != PGRES_COMMAND_OK) is_right = false;
  }
}

static bool run_batch(PGconn *handle, const raw_row *rows, int64_t count) {
  if (!PQenterPipelineMode(handle)) return false;
  for (int64_t index = 0; index < count; index++)
    if (!send_row(handle, &rows[index])) return false;
  return PQpipelineSync(handle) && read_answers(handle) && PQexitPipelineMode(handle);
}

bool raw_pg_batches(raw_pg *connection, const char *sql, const raw_row *rows, int64_t count,
                    int64_t size, bool in_transaction, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  PGconn *handle = connection->handle;
  if (!prepare(handle, sql) || (in_transaction && !execute(handle, "BEGIN"))) return false;
  for (int64_t done = 0; done < count; done += size)
    if (!run_batch(handle, rows + done, done + size < count ? size : count - done)) return false;
  outcome->operations = count;
  return (!in_transaction || execute(handle, "COMMIT")) &&
         execute(handle, "DEALLOCATE " RAW_PG_INSERT);
}
