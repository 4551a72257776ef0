#ifndef DOVETAIL_CPOSTGRES_SHIM_H
#define DOVETAIL_CPOSTGRES_SHIM_H

#include <libpq-fe.h>

// What newer libraries do better, under one name, so that Swift sees one library. The macros are
// libpq's own and come from its header.

#ifdef LIBPQ_HAS_ASYNC_CANCEL
typedef PGcancelConn dovetail_cancel;
#else
typedef PGcancel dovetail_cancel;
#endif

// What it takes to cancel a statement of this connection, from another thread and without the
// connection itself. Null if memory ran out.
static inline dovetail_cancel *dovetail_cancel_make(PGconn *connection) {
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  return PQcancelCreate(connection);
#else
  return PQgetCancel(connection);
#endif
}

// Sends the request and waits until the server has dealt with it. 0 if it did not get there.
static inline int dovetail_cancel_send(dovetail_cancel *cancel) {
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  PQcancelReset(cancel);
  return PQcancelBlocking(cancel);
#else
  char ignored[256];
  return PQcancel(cancel, ignored, sizeof ignored);
#endif
}

static inline void dovetail_cancel_free(dovetail_cancel *cancel) {
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  PQcancelFinish(cancel);
#else
  PQfreeCancel(cancel);
#endif
}

// The fields of an error. The macros are characters, which Swift imports as text.
static const int dovetail_diag_severity_nonlocalized = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int dovetail_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int dovetail_diag_message_primary = PG_DIAG_MESSAGE_PRIMARY;
static const int dovetail_diag_message_detail = PG_DIAG_MESSAGE_DETAIL;
static const int dovetail_diag_message_hint = PG_DIAG_MESSAGE_HINT;
static const int dovetail_diag_source_function = PG_DIAG_SOURCE_FUNCTION;
static const int dovetail_diag_statement_position = PG_DIAG_STATEMENT_POSITION;
static const int dovetail_diag_table_name = PG_DIAG_TABLE_NAME;
static const int dovetail_diag_column_name = PG_DIAG_COLUMN_NAME;
static const int dovetail_diag_constraint_name = PG_DIAG_CONSTRAINT_NAME;

// Ends the implicit transaction of a pipeline. Older libraries send it at once, newer ones can leave
// that to PQflush.
static inline int dovetail_pipeline_sync(PGconn *connection) {
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
  return PQsendPipelineSync(connection);
#else
  return PQpipelineSync(connection);
#endif
}

// Gives up the name of a prepared statement, in pipeline mode; older libraries know no message for it.
static inline int dovetail_send_close(PGconn *connection, const char *name, const char *sql) {
#ifdef LIBPQ_HAS_CLOSE_PREPARED
  (void)sql;
  return PQsendClosePrepared(connection, name);
#else
  (void)name;
  return PQsendQueryParams(connection, sql, 0, NULL, NULL, NULL, NULL, 0);
#endif
}

// Has the rows of the running statement handed out while they arrive.
static inline int dovetail_stream_rows(PGconn *connection) {
#ifdef LIBPQ_HAS_CHUNK_MODE
  return PQsetChunkedRowsMode(connection, 64);
#else
  return PQsetSingleRowMode(connection);
#endif
}

// Whether a result holds rows of a statement that has more.
static inline int dovetail_is_partial(ExecStatusType status) {
#ifdef LIBPQ_HAS_CHUNK_MODE
  if (status == PGRES_TUPLES_CHUNK) return 1;
#endif
  return status == PGRES_SINGLE_TUPLE;
}

#endif
