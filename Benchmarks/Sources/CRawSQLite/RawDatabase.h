#ifndef DOVETAIL_RAW_DATABASE_H
#define DOVETAIL_RAW_DATABASE_H

#include <sqlite3.h>
#include <time.h>

#include "CRawSQLite.h"

struct raw_database {
  sqlite3 *handle;
};

static inline double raw_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/// The next number of a sequence that Swift repeats in `IDSequence`.
static inline int64_t raw_next_id(uint64_t *state, int64_t rows) {
  *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
  return 1 + (int64_t)((*state >> 33) % (uint64_t)rows);
}

#endif
