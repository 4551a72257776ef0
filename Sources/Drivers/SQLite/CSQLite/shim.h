#ifndef DOVETAIL_CSQLITE_SHIM_H
#define DOVETAIL_CSQLITE_SHIM_H

#include <sqlite3.h>

#endif
