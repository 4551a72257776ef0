#ifndef DOVETAIL_CMARIADB_SHIM_H
#define DOVETAIL_CMARIADB_SHIM_H

#include <errmsg.h>
#include <mysql.h>

#endif
