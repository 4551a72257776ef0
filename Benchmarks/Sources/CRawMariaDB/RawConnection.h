#ifndef DOVETAIL_RAW_MARIADB_CONNECTION_H
#define DOVETAIL_RAW_MARIADB_CONNECTION_H

#include <mysql.h>

#include "CRawMariaDB.h"

#define RAW_MY_TEXT_SIZE 64

/// Where the library puts a row of id, name, score and note.
typedef struct {
  MYSQL_BIND binds[4];
  int64_t id;
  double score;
  char name[RAW_MY_TEXT_SIZE];
  char note[RAW_MY_TEXT_SIZE];
  unsigned long name_length;
  unsigned long note_length;
  my_bool note_is_null;
} raw_my_row;

struct raw_my {
  MYSQL *handle;
  MYSQL_STMT *select;
  int64_t id;
  raw_my_row row;
  bool is_ready;
};

/// Prepares `sql`; NULL if that fails.
MYSQL_STMT *raw_my_prepare(raw_my *connection, const char *sql);

/// Binds the columns of a statement to `row`.
bool raw_my_bind_row(MYSQL_STMT *statement, raw_my_row *row);

/// Adds the row that was fetched; false without memory.
static inline bool raw_my_add_row(const raw_my_row *row, bool copying, raw_outcome *outcome) {
  outcome->operations++;
  outcome->integers += row->id;
  outcome->doubles += row->score;
  return raw_add_text(outcome, row->name, row->name_length, copying) &&
         (row->note_is_null || raw_add_text(outcome, row->note, row->note_length, copying));
}

#endif
