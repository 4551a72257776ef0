#ifndef DOVETAIL_CMARIADB_SHIM_H
#define DOVETAIL_CMARIADB_SHIM_H

#include <mysql.h>

#endif
