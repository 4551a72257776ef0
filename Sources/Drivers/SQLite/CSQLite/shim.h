#ifndef DOVETAIL_CSQLITE_SHIM_H
#define DOVETAIL_CSQLITE_SHIM_H

#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast of -1 to a function pointer, which Swift does not import. Parameters are
// copied unless the caller keeps them: the storage of a Swift string may be gone when the call returns.
static inline int dovetail_bind_text(sqlite3_stmt *statement, int index, const char *bytes,
                                     sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, index, bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

// For a text whose bytes stay where they are until the statement is bound anew, or reset and left alone.
static inline int dovetail_bind_kept_text(sqlite3_stmt *statement, int index, const char *bytes,
                                          sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, index, bytes, count, SQLITE_STATIC, SQLITE_UTF8);
}

static inline int dovetail_bind_blob(sqlite3_stmt *statement, int index, const void *bytes,
                                     sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

// sqlite3_db_config takes further arguments by number, which Swift does not import. A library older
// than 3.29 does not know the setting, and has nothing to turn off.
static inline int dovetail_set_double_quoted_strings(sqlite3 *database, int isOn) {
#ifdef SQLITE_DBCONFIG_DQS_DML
  int result = sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, isOn, (int *)0);
  if (result != SQLITE_OK) return result;
  return sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, isOn, (int *)0);
#else
  return SQLITE_OK;
#endif
}

#endif
