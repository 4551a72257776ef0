#pragma once
#include <ibase.h>
#include <stdlib.h>
#include <unistd.h>

// What has a variable number of arguments, a flexible array or characters with a sign is easier said in C.

static inline ISC_STATUS dovetail_attach(ISC_STATUS *status, isc_db_handle *database, const char *name,
    const unsigned char *items, int count, int creates) {
  for (int tries = 50, isClosing = 0;; tries--, isClosing = 0) {
    ISC_STATUS code = creates ? isc_create_database(status, 0, name, database, (short)count, (const char *)items, 0)
                              : isc_attach_database(status, 0, name, database, (short)count, (const char *)items);
    // The last session of this process with the file may be about to let it go.
    for (int i = 0; code && i < 20; i++) isClosing |= status[i] == isc_already_opened;
    if (!isClosing || !tries || usleep(20000)) return code;
  }
}

static inline ISC_STATUS dovetail_begin(ISC_STATUS *status, isc_tr_handle *transaction,
    isc_db_handle *database, const unsigned char *items, int count) {
  return isc_start_transaction(status, transaction, 1, database, (unsigned short)count, (const char *)items);
}

static inline XSQLDA *dovetail_area(int count) {
  XSQLDA *area = (XSQLDA *)calloc(1, XSQLDA_LENGTH(count));
  area->version = SQLDA_VERSION1;
  area->sqln = area->sqld = (ISC_SHORT)count;
  return area;
}

static inline XSQLVAR *dovetail_variables(XSQLDA *area) { return area->sqlvar; }

// A number that the server knows of a statement: its type, or how many rows it changed.
static inline ISC_STATUS dovetail_number(
    ISC_STATUS *status, isc_stmt_handle *statement, char item, long *number) {
  unsigned char answer[64] = {0};
  if (isc_dsql_sql_info(status, statement, 1, &item, sizeof answer, (char *)answer)) return status[1];
  *number = item == isc_info_sql_records ? 0 : answer[3];
  if (item != isc_info_sql_records) return 0;
  // Four counts, each behind its name and its length; the rows that were read are one of them.
  for (const unsigned char *count = answer + 3; *count != isc_info_end; count += 7)
    if (*count != isc_info_req_select_count) *number += isc_vax_integer((const char *)count + 3, 4);
  return 0;
}
