#include "RawConnection.h"

#define CHUNK_SIZE 65536
#define MAX_ROW_SIZE 128

static char *put_bytes(char *place, const void *bytes, size_t count) {
  memcpy(place, bytes, count);
  return place + count;
}

static char *put_length(char *place, int32_t length) {
  uint32_t bits = __builtin_bswap32((uint32_t)length);
  return put_bytes(place, &bits, sizeof bits);
}

static char *put_number(char *place, uint64_t bits) {
  bits = __builtin_bswap64(bits);
  return put_bytes(put_length(place, sizeof bits), &bits, sizeof bits);
}

static char *put_row(char *place, const raw_row *row) {
  uint64_t score;
  memcpy(&score, &row->score, sizeof score);
  place = put_bytes(place, "\0\4", 2);
  place = put_number(place, (uint64_t)row->id);
  place = put_bytes(put_length(place, 20), row->name, 20);
  place = put_number(place, score);
  if (!row->has_note) return put_length(place, -1);
  return put_bytes(put_length(place, 20), row->name, 20);
}

static bool put_rows(PGconn *handle, const raw_row *rows, int64_t count) {
  char buffer[CHUNK_SIZE + MAX_ROW_SIZE];
  // Signature, flags, and the length of an extension that is not there.
  char *place = put_bytes(buffer, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
  for (int64_t index = 0; index < count; index++) {
    place = put_row(place, &rows[index]);
    if (place - buffer < CHUNK_SIZE) continue;
    if (PQputCopyData(handle, buffer, (int)(place - buffer)) != 1) return false;
    place = buffer;
  }
  place = put_bytes(place, "\377\377", 2);
  return PQputCopyData(handle, buffer, (int)(place - buffer)) == 1 &&
         PQputCopyEnd(handle, NULL) == 1;
}

static bool execute(PGconn *handle, const char *sql, ExecStatusType expected) {
  PGresult *result = PQexec(handle, sql);
  bool is_right = PQresultStatus(result) == expected;
  PQclear(result);
  return is_right;
}

bool raw_pg_copy(raw_pg *connection, const char *sql, const raw_row *rows, int64_t count,
                 raw_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  PGconn *handle = connection->handle;
  if (!execute(handle, "BEGIN", PGRES_COMMAND_OK) || !execute(handle, sql, PGRES_COPY_IN) ||
      !put_rows(handle, rows, count))
    return false;
  bool is_right = true;
  PGresult *result;
  while ((result = PQgetResult(handle))) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK) is_right = false;
    PQclear(result);
  }
  outcome->operations = count;
  return execute(handle, "COMMIT", PGRES_COMMAND_OK) && is_right;
}
