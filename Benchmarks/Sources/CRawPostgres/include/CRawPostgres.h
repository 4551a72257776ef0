#ifndef DOVETAIL_RAW_POSTGRES_H
#define DOVETAIL_RAW_POSTGRES_H

#include "CRawWork.h"

// The loops a careful C programmer would write over libpq, for the Swift side to be measured against.
// A function that answers with a bool answers false when it fails; `raw_pg_message` tells why.

/// One open connection. Not safe for two threads at once.
typedef struct raw_pg raw_pg;

/// Opens a connection to the server that a libpq URL names, and prepares `select` on it, which takes
/// one 8-byte integer. NULL only without memory; the connection may have failed.
raw_pg *raw_pg_open(const char *url, const char *select);

/// Whether the connection is there and has prepared its statement.
bool raw_pg_is_open(raw_pg *connection);

/// Closes the connection; NULL is allowed.
void raw_pg_close(raw_pg *connection);

/// What libpq says about the last failure on this connection.
const char *raw_pg_message(raw_pg *connection);

/// Selects `count` rows one after another by ids between 1 and `rows` that are drawn from `seed`.
bool raw_pg_point_select(raw_pg *connection, int64_t count, int64_t rows, uint64_t seed,
                         raw_outcome *outcome);

/// Selects `count` rows with `depth` statements on their way at any time, spread over connections in
/// pipeline mode, each statement followed by a Sync of its own. One thread does it all.
bool raw_pg_pipeline(raw_pg *const *connections, int connection_count, int depth, int64_t count,
                     int64_t rows, uint64_t seed, raw_outcome *outcome);

/// Reads what `sql` answers row by row. `copying` duplicates each text with malloc and frees it again.
bool raw_pg_stream(raw_pg *connection, const char *sql, bool copying, raw_outcome *outcome);

/// Copies rows in by `sql`, a COPY in binary format, within one transaction.
bool raw_pg_copy(raw_pg *connection, const char *sql, const raw_row *rows, int64_t count,
                 raw_outcome *outcome);

/// Inserts rows by `sql`, an INSERT of id, name, score and note, prepared once: `size` of them in a pipeline
/// with one Sync, each pipeline a transaction of its own, or all of them in one.
bool raw_pg_batches(raw_pg *connection, const char *sql, const raw_row *rows, int64_t count,
                    int64_t size, bool in_transaction, raw_outcome *outcome);

#endif
