/* version: the program's, and those of what it stands on. */

#include "cmd/cmd.h"

#include <cmark-gfm.h>
#include <curl/curl.h>
#include <expat.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif
#include <openssl/crypto.h>
#include <yaml.h>
#include <xlsxwriter.h>
#include <zlib.h>
#include <zstd.h>

/* The build tells both; other builds link libraries as the system has them. */
#ifndef PLUMBLINE_COMMIT
#define PLUMBLINE_COMMIT "unknown"
#endif

static void
print_making(void)
{
#ifdef __GLIBC__
	printf("libc glibc %s\n", gnu_get_libc_version());
#else
	printf("libc musl\n");
#endif
#ifdef PLUMBLINE_ALLOCATOR
	printf("allocator %s\n", PLUMBLINE_ALLOCATOR);
#else
	printf("allocator libc\n");
#endif
#ifdef PLUMBLINE_STATIC
	printf("linked static\n");
#else
	printf("linked dynamic\n");
#endif
	printf("compiler %s\n", __VERSION__);
	printf("commit %s\n", PLUMBLINE_COMMIT);
}

static int
run(const struct arguments *arguments, struct err *err)
{
	XML_Expat_Version expat = XML_ExpatVersionInfo();

	(void)err;
	printf("plumbline %s\n", PLUMBLINE_VERSION);
	if (!arguments_flag(arguments, "verbose"))
		return EXIT_DONE;
	printf("libcurl %s\n", curl_version_info(CURLVERSION_NOW)->version);
	printf("openssl %s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
	printf("sqlite %s\n", sqlite3_libversion());
	printf("jansson %s\n", jansson_version_str());
	printf("expat %d.%d.%d\n", expat.major, expat.minor, expat.micro);
	printf("cmark-gfm %s\n", cmark_version_string());
	printf("libyaml %s\n", yaml_get_version_string());
	printf("zstd %s\n", ZSTD_versionString());
	printf("zlib %s\n", zlibVersion());
	printf("libxlsxwriter %s\n", lxw_version());
	print_making();
	return EXIT_DONE;
}

static const struct option options[] = {
	{ "verbose", NULL, "the libraries, compiler and commit too", false },
};

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.options = options,
	.option_count = COUNT(options),
	.run = run,
};
