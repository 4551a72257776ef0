#include "RawConnection.h"

raw_pg *raw_pg_open(const char *url, const char *select) {
  raw_pg *opened = calloc(1, sizeof *opened);
  if (!opened) return NULL;
  opened->handle = PQconnectdb(url);
  if (PQstatus(opened->handle) != CONNECTION_OK) return opened;
  PGresult *prepared = PQprepare(opened->handle, RAW_PG_SELECT, select, 0, NULL);
  opened->is_ready = PQresultStatus(prepared) == PGRES_COMMAND_OK;
  PQclear(prepared);
  return opened;
}

bool raw_pg_is_open(raw_pg *connection) { return connection->is_ready; }

void raw_pg_close(raw_pg *connection) {
  if (!connection) return;
  PQfinish(connection->handle);
  free(connection);
}

const char *raw_pg_message(raw_pg *connection) { return PQerrorMessage(connection->handle); }
