#ifndef DOVETAIL_RAW_POSTGRES_CONNECTION_H
#define DOVETAIL_RAW_POSTGRES_CONNECTION_H

#include <libpq-fe.h>

#include "CRawPostgres.h"

struct raw_pg {
  PGconn *handle;
  bool is_ready;
};

/// The name of the prepared select.
#define RAW_PG_SELECT "raw_select"

static inline uint64_t raw_pg_number(const PGresult *result, int row, int column) {
  uint64_t bits;
  memcpy(&bits, PQgetvalue(result, row, column), sizeof bits);
  return __builtin_bswap64(bits);
}

/// Adds a row of id, name, score and note in binary format; false without memory.
static inline bool raw_pg_add_row(const PGresult *result, int row, bool copying,
                                  raw_outcome *outcome) {
  outcome->operations++;
  outcome->integers += (int64_t)raw_pg_number(result, row, 0);
  uint64_t bits = raw_pg_number(result, row, 2);
  double score;
  memcpy(&score, &bits, sizeof score);
  outcome->doubles += score;
  if (!raw_add_text(outcome, PQgetvalue(result, row, 1), (size_t)PQgetlength(result, row, 1),
                    copying))
    return false;
  return PQgetisnull(result, row, 3) ||
         raw_add_text(outcome, PQgetvalue(result, row, 3), (size_t)PQgetlength(result, row, 3),
                      copying);
}

#endif
