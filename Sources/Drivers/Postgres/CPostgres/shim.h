#ifndef DOVETAIL_CPOSTGRES_SHIM_H
#define DOVETAIL_CPOSTGRES_SHIM_H

#include <libpq-fe.h>

#endif
