#ifndef DOVETAIL_RAW_MARIADB_H
#define DOVETAIL_RAW_MARIADB_H

#include "CRawWork.h"

// The loops a careful C programmer would write over libmariadb, for the Swift side to be measured
// against. A function that answers with a bool answers false when it fails; `raw_my_message` tells why.

/// One open connection. Not safe for two threads at once.
typedef struct raw_my raw_my;

/// Where a server is. A socket stands instead of host and port.
typedef struct {
  const char *host;
  unsigned port;
  const char *socket;
  const char *user;
  const char *password;
  const char *database;
} raw_my_address;

/// Opens a connection without TLS, and prepares `select` on it, which takes one integer and answers
/// with id, name, score and note. NULL only without memory; the connection may have failed.
raw_my *raw_my_open(const raw_my_address *address, const char *select);

/// Whether the connection is there and has prepared its statement.
bool raw_my_is_open(raw_my *connection);

/// Closes the connection; NULL is allowed.
void raw_my_close(raw_my *connection);

/// What libmariadb says about the last failure on this connection.
const char *raw_my_message(raw_my *connection);

/// Selects `count` rows one after another by ids between 1 and `rows` that are drawn from `seed`.
bool raw_my_point_select(raw_my *connection, int64_t count, int64_t rows, uint64_t seed,
                         raw_outcome *outcome);

/// Selects `count` rows by one thread for each connection; the threads take turns at the ids.
bool raw_my_threads(raw_my *const *connections, int connection_count, int64_t count, int64_t rows,
                    uint64_t seed, raw_outcome *outcome);

/// Reads what `sql` answers while it arrives. `copying` duplicates each text with malloc and frees it
/// again.
bool raw_my_stream(raw_my *connection, const char *sql, bool copying, raw_outcome *outcome);

/// Inserts rows by `sql`, an INSERT of id, name, score and note, with array binding in one
/// transaction.
bool raw_my_insert(raw_my *connection, const char *sql, const raw_row *rows, int64_t count,
                   raw_outcome *outcome);

#endif
