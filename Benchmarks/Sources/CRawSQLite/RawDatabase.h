#ifndef DOVETAIL_RAW_DATABASE_H
#define DOVETAIL_RAW_DATABASE_H

#include <sqlite3.h>

#include "CRawSQLite.h"

struct raw_database {
  sqlite3 *handle;
};

/// Prepares the select of one row by id.
int raw_prepare_point_select(raw_database *database, sqlite3_stmt **select);

/// Selects the row with that id and adds it to the outcome; `copying` as in `raw_point_select`.
int raw_select_one(sqlite3_stmt *select, int64_t id, bool copying, raw_outcome *outcome);

#endif
