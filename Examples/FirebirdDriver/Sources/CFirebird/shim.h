#pragma once
#include <ibase.h>

// What isc_start_multiple takes for each database; ibase.h leaves it to its reader.
typedef struct {
  isc_db_handle *database;
  ISC_LONG length;
  const unsigned char *parameters;
} dovetail_teb;
