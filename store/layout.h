/* The fixed part of the evidence file, inside store only. */

#ifndef PLUMBLINE_STORE_LAYOUT_H
#define PLUMBLINE_STORE_LAYOUT_H

#include "store/store.h"

extern const char layout_sql[];
extern const char layout_indexes_sql[]; /* made after filling, for speed */

#endif
