/* version: the program's, and those of what it stands on. */

#include "cmd/cmd.h"

#include <cmark-gfm.h>
#include <curl/curl.h>
#include <expat.h>
#include <openssl/crypto.h>
#include <yaml.h>
#include <xlsxwriter.h>
#include <zlib.h>
#include <zstd.h>

static int
run(const struct arguments *arguments, struct err *err)
{
	(void)err;
	printf("plumbline %s\n", PLUMBLINE_VERSION);
	if (!arguments_flag(arguments, "verbose"))
		return EXIT_DONE;
	printf("libcurl %s\n", curl_version_info(CURLVERSION_NOW)->version);
	printf("openssl %s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
	printf("sqlite %s\n", sqlite3_libversion());
	printf("jansson %s\n", jansson_version_str());
	printf("expat %s\n", XML_ExpatVersion());
	printf("cmark-gfm %s\n", cmark_version_string());
	printf("libyaml %s\n", yaml_get_version_string());
	printf("zstd %s\n", ZSTD_versionString());
	printf("zlib %s\n", zlibVersion());
	printf("libxlsxwriter %s\n", lxw_version());
	printf("compiler %s\n", __VERSION__);
	return EXIT_DONE;
}

static const struct option options[] = {
	{ "verbose", NULL, "the libraries' versions too", false },
};

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.options = options,
	.option_count = COUNT(options),
	.run = run,
};
