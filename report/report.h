/* report: tells what the evidence file holds. Reads findings, check pages, coverage,
 * controls and the rows that fixes name. */

#ifndef PLUMBLINE_REPORT_H
#define PLUMBLINE_REPORT_H

#include "store/store.h"

struct report_source {
	sqlite3 *db;	     /* an evidence file, judged */
	const char *version; /* of the program that writes */
};

struct writer; /* how a format is written */

struct format {
	const char *name;  /* "html" */
	const char *file;  /* "report.html", or a folder "fixes" */
	const char *about; /* one line for help */
	const struct writer *writer;
};

extern const struct format formats[]; /* sorted by name */
extern const size_t format_count;
const struct format *format_find(const char *name,
				 struct err *err); /* NULL with the nearest name */
/* Writes each of the formats (comma between) into folder, to a temporary name and
 * renamed. One that fails leaves the others alone; -1 tells the first. */
int report_write(const struct report_source *source, const char *list, const char *folder,
		 struct err *err);

#endif
