#include "RawConnection.h"

bool raw_pg_point_select(raw_pg *connection, int64_t count, int64_t rows, uint64_t seed,
                         raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  uint64_t id;
  const char *const values[] = {(const char *)&id};
  const int lengths[] = {sizeof id}, formats[] = {1};
  for (int64_t done = 0; done < count; done++) {
    id = __builtin_bswap64((uint64_t)raw_next_id(&seed, rows));
    PGresult *result =
        PQexecPrepared(connection->handle, RAW_PG_SELECT, 1, values, lengths, formats, 1);
    bool is_right = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1 &&
                    raw_pg_add_row(result, 0, true, outcome);
    PQclear(result);
    if (!is_right) return false;
  }
  return true;
}

static bool stream_rows(PGconn *handle) {
#ifdef LIBPQ_HAS_CHUNK_MODE
  return PQsetChunkedRowsMode(handle, 64) != 0;
#else
  return PQsetSingleRowMode(handle) != 0;
#endif
}

bool raw_pg_stream(raw_pg *connection, const char *sql, bool copying, raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  PGconn *handle = connection->handle;
  if (!PQsendQueryParams(handle, sql, 0, NULL, NULL, NULL, NULL, 1) || !stream_rows(handle))
    return false;
  bool is_right = true;
  PGresult *result;
  while ((result = PQgetResult(handle))) {
    if (PQresultStatus(result) == PGRES_FATAL_ERROR) is_right = false;
    int count = PQntuples(result);
    for (int row = 0; is_right && row < count; row++)
      is_right = raw_pg_add_row(result, row, copying, outcome);
    PQclear(result);
  }
  return is_right;
}
