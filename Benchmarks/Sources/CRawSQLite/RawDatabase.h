#ifndef DOVETAIL_RAW_DATABASE_H
#define DOVETAIL_RAW_DATABASE_H

#include <sqlite3.h>

#include "CRawSQLite.h"

struct raw_database {
  sqlite3 *handle;
};

#endif
