/* Tests of which certificates are trusted: who names them, where systems keep them, and
 * what is said where that fails. */

#include <CUnit/CUnit.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/client.h"

int tests_trust(void);

#define PEM "# A root\n-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"

static char *
folder_new(void)
{
	char *path = mem_text("/tmp/plumbline-trust-XXXXXX");

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(path));
	return path;
}

/* Writes text at root/path and makes the folders above it. */
static void
put(const char *root, const char *path, const char *text)
{
	char *whole = mem_print("%s%s", root, path), *slash = strrchr(whole, '/');

	*slash = '\0';
	CU_ASSERT_EQUAL_FATAL(folder_make(whole, NULL), 0);
	*slash = '/';
	CU_ASSERT_EQUAL_FATAL(file_write(whole, text, strlen(text), 0644, NULL), 0);
	free(whole);
}

static void
folder_drop(char *path)
{
	char *command = mem_print("rm -rf %s", path);

	CU_ASSERT_EQUAL(system(command), 0);
	free(command);
	free(path);
}

static void
clear_environment(void)
{
	unsetenv("AWS_CA_BUNDLE");
	unsetenv("REQUESTS_CA_BUNDLE");
	unsetenv("SSL_CERT_FILE");
	unsetenv("SSL_CERT_DIR");
}

/* What a system has, and which of it must be taken; NULL: nothing. */
static const struct layout {
	const char *name;
	const char *files[3], *texts[3];
	const char *file, *folder;
} layouts[] = {
	{ "Debian",
	  { "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/4a6481c9.0" },
	  { PEM, PEM },
	  "/etc/ssl/certs/ca-certificates.crt",
	  NULL },
	{ "Red Hat",
	  { "/etc/pki/tls/certs/ca-bundle.crt",
	    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem" },
	  { PEM, PEM },
	  "/etc/pki/tls/certs/ca-bundle.crt",
	  NULL },
	{ "Red Hat 10",
	  { "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem" },
	  { PEM },
	  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	  NULL },
	{ "Alpine",
	  { "/etc/ssl/cert.pem", "/etc/ssl/certs/x.crt" },
	  { PEM, PEM },
	  "/etc/ssl/cert.pem",
	  NULL },
	{ "SUSE",
	  { "/etc/ssl/ca-bundle.pem", "/var/lib/ca-certificates/ca-bundle.pem" },
	  { PEM, PEM },
	  "/etc/ssl/ca-bundle.pem",
	  NULL },
	{ "SUSE without links",
	  { "/var/lib/ca-certificates/ca-bundle.pem" },
	  { PEM },
	  "/var/lib/ca-certificates/ca-bundle.pem",
	  NULL },
	{ "FreeBSD",
	  { "/usr/local/share/certs/ca-root-nss.crt" },
	  { PEM },
	  "/usr/local/share/certs/ca-root-nss.crt",
	  NULL },
	{ "an empty bundle",
	  { "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem" },
	  { "", PEM },
	  "/etc/ssl/cert.pem",
	  NULL },
	{ "a bundle of words",
	  { "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/ca-bundle.pem" },
	  { "none yet\n", PEM },
	  "/etc/ssl/ca-bundle.pem",
	  NULL },
	{ "hashed names only",
	  { "/etc/ssl/certs/4a6481c9.0" },
	  { PEM },
	  NULL,
	  "/etc/ssl/certs" },
	{ "a folder without hashed names",
	  { "/etc/ssl/certs/ISRG.pem", "/etc/ssl/certs/4a6481c9.r0",
	    "/etc/ssl/certs/4a6481c9" },
	  { PEM, PEM, PEM },
	  NULL,
	  NULL },
	{ "a bundle comes before a folder",
	  { "/etc/ssl/certs/4a6481c9.0", "/etc/openssl/certs/ca-certificates.crt" },
	  { PEM, PEM },
	  "/etc/openssl/certs/ca-certificates.crt",
	  NULL },
	{ "nothing", { NULL }, { NULL }, NULL, NULL },
};

static bool
is_under(const char *path, const char *root, const char *rest)
{
	return path && rest
		       ? text_starts(path, root) && !strcmp(path + strlen(root), rest)
		       : path == rest;
}

static void
test_systems(void)
{
	clear_environment();
	for (size_t i = 0; i < COUNT(layouts); i++) {
		const struct layout *layout = &layouts[i];
		struct transport_options options = { 0 };
		struct trust trust;
		char *root = folder_new();
		bool is_right;

		for (size_t j = 0; j < COUNT(layout->files) && layout->files[j]; j++)
			put(root, layout->files[j], layout->texts[j]);
		CU_ASSERT_EQUAL(trust_find(&options, root, &trust, NULL), 0);
		is_right = is_under(trust.file, root, layout->file) &&
			   is_under(trust.folders, root, layout->folder);
		if (!is_right)
			fprintf(stderr, "%s: file %s, folder %s\n", layout->name,
				trust.file ? trust.file : "none",
				trust.folders ? trust.folders : "none");
		CU_ASSERT_TRUE(is_right);
		trust_free(&trust);
		folder_drop(root);
	}
}

/* Who names what. Paths that begin with / stand under the test's folder, which has the
 * files "a", "b", "hashed/4a6481c9.0", "bare/a.pem", "empty" and "words"; the others are
 * taken as they are. says: what an error must say; NULL: it must succeed. */
static const struct choice {
	const char *name;
	const char *option, *aws, *profile, *requests, *file, *folder;
	const char *trusts_file, *trusts_folder, *source;
	const char *says[3];
} choices[] = {
	{ .name = "the option first",
	  .option = "/a",
	  .aws = "/b",
	  .profile = "/b",
	  .requests = "/b",
	  .file = "/b",
	  .folder = "/hashed",
	  .trusts_file = "/a",
	  .source = "--ca-bundle" },
	{ .name = "AWS_CA_BUNDLE second",
	  .aws = "/a",
	  .profile = "/b",
	  .requests = "/b",
	  .file = "/b",
	  .trusts_file = "/a",
	  .source = "AWS_CA_BUNDLE" },
	{ .name = "the profile third",
	  .profile = "/a",
	  .requests = "/b",
	  .file = "/b",
	  .trusts_file = "/a",
	  .source = "ca_bundle in the profile" },
	{ .name = "REQUESTS_CA_BUNDLE fourth",
	  .requests = "/a",
	  .file = "/b",
	  .trusts_file = "/a",
	  .source = "REQUESTS_CA_BUNDLE" },
	{ .name = "SSL_CERT_FILE fifth",
	  .file = "/a",
	  .trusts_file = "/a",
	  .source = "SSL_CERT_FILE" },
	{ .name = "SSL_CERT_DIR",
	  .folder = "/hashed",
	  .trusts_folder = "/hashed",
	  .source = "SSL_CERT_DIR" },
	{ .name = "both of OpenSSL's",
	  .file = "/a",
	  .folder = "/hashed",
	  .trusts_file = "/a",
	  .trusts_folder = "/hashed",
	  .source = "SSL_CERT_FILE and SSL_CERT_DIR" },
	{ .name = "empty is not set",
	  .aws = "",
	  .requests = "",
	  .file = "/a",
	  .folder = "",
	  .trusts_file = "/a",
	  .source = "SSL_CERT_FILE" },
	{ .name = "a folder where a bundle is asked for",
	  .aws = "/hashed",
	  .trusts_folder = "/hashed",
	  .source = "AWS_CA_BUNDLE" },
	{ .name = "a pipe or device is not read ahead",
	  .option = "/dev/null",
	  .trusts_file = "/dev/null",
	  .source = "--ca-bundle" },
	{ .name = "a bundle that is not there",
	  .option = "/gone",
	  .aws = "/a",
	  .says = { "--ca-bundle", "/gone", "No such file" } },
	{ .name = "a variable names none that is there",
	  .aws = "/gone",
	  .file = "/a",
	  .says = { "AWS_CA_BUNDLE", "/gone", "No such file" } },
	{ .name = "a profile names none that is there",
	  .profile = "/gone",
	  .says = { "profile", "/gone", "No such file" } },
	{ .name = "SSL_CERT_FILE names none that is there",
	  .file = "/gone",
	  .folder = "/hashed",
	  .says = { "SSL_CERT_FILE", "/gone", "No such file" } },
	{ .name = "a bundle that is empty",
	  .aws = "/empty",
	  .says = { "AWS_CA_BUNDLE", "/empty", "PEM" } },
	{ .name = "a bundle of words",
	  .file = "/words",
	  .says = { "SSL_CERT_FILE", "/words", "PEM" } },
	{ .name = "SSL_CERT_FILE is a folder",
	  .file = "/hashed",
	  .says = { "SSL_CERT_FILE", "/hashed", "directory" } },
	{ .name = "a folder that nobody hashed",
	  .folder = "/bare",
	  .says = { "SSL_CERT_DIR", "/bare", "openssl rehash" } },
	{ .name = "a folder that is not there",
	  .file = "/a",
	  .folder = "/gone",
	  .says = { "SSL_CERT_DIR", "/gone", "cannot be read" } },
	{ .name = "a folder that is a file",
	  .folder = "/a",
	  .says = { "SSL_CERT_DIR", "/a", "cannot be read" } },
	{ .name = "a folder of colons",
	  .folder = ":::",
	  .says = { "SSL_CERT_DIR", "names no folder" } },
};

static char *
placed(const char *root, const char *path)
{
	return path ? mem_print("%s%s",
				*path == '/' && !text_starts(path, "/dev/") ? root : "",
				path)
		    : NULL;
}

static void
set_placed(const char *name, const char *root, const char *path)
{
	char *whole = placed(root, path);

	if (whole)
		setenv(name, whole, 1);
	free(whole);
}

static bool
is_same(const char *one, const char *two)
{
	return one && two ? !strcmp(one, two) : one == two;
}

static void
check_choice(const struct choice *choice, const char *root)
{
	char *option = placed(root, choice->option),
	     *profile = placed(root, choice->profile);
	char *file = placed(root, choice->trusts_file),
	     *folder = placed(root, choice->trusts_folder);
	struct property property = { .key = mem_text("ca_bundle"), .value = profile };
	struct section section = { .properties = &property, .count = profile ? 1 : 0 };
	struct aws_settings settings = { .ca_bundle = option };
	struct transport_options options = { 0 };
	struct trust trust;
	struct err err = { "" };
	bool is_right;
	int rc;

	clear_environment();
	set_placed("AWS_CA_BUNDLE", root, choice->aws);
	set_placed("REQUESTS_CA_BUNDLE", root, choice->requests);
	set_placed("SSL_CERT_FILE", root, choice->file);
	set_placed("SSL_CERT_DIR", root, choice->folder);
	ca_bundle_find(&settings, &section, &options);
	rc = trust_find(&options, root, &trust, &err);
	is_right = rc == (choice->says[0] ? -1 : 0) && is_same(trust.file, file) &&
		   is_same(trust.folders, folder) &&
		   (!choice->source || is_same(trust.source, choice->source));
	for (size_t i = 0; i < COUNT(choice->says) && choice->says[i]; i++)
		is_right = is_right && strstr(err.text, choice->says[i]);
	if (!is_right)
		fprintf(stderr, "%s: %d, file %s, folder %s, %s\n", choice->name, rc,
			trust.file ? trust.file : "none",
			trust.folders ? trust.folders : "none", err.text);
	CU_ASSERT_TRUE(is_right);
	trust_free(&trust);
	free(property.key);
	free(option);
	free(profile);
	free(file);
	free(folder);
}

static void
test_choices(void)
{
	char *root = folder_new();

	put(root, "/a", PEM);
	put(root, "/b", PEM);
	put(root, "/empty", "");
	put(root, "/words", "ISRG Root X1\n");
	put(root, "/hashed/4a6481c9.0", PEM);
	put(root, "/bare/a.pem", PEM);
	put(root, "/etc/ssl/cert.pem", PEM); /* never taken: somebody named something */
	for (size_t i = 0; i < COUNT(choices); i++)
		check_choice(&choices[i], root);
	folder_drop(root);
	clear_environment();
}

/* One of several folders will do; the path is handed to OpenSSL whole. */
static void
test_folders(void)
{
	char *root = folder_new(), *list = mem_print("%s/gone:%s/hashed", root, root);
	struct transport_options options = { 0 };
	struct trust trust;

	clear_environment();
	put(root, "/hashed/4a6481c9.0", PEM);
	setenv("SSL_CERT_DIR", list, 1);
	CU_ASSERT_EQUAL_FATAL(trust_find(&options, root, &trust, NULL), 0);
	CU_ASSERT_STRING_EQUAL(trust.folders, list);
	trust_free(&trust);
	clear_environment();
	free(list);
	folder_drop(root);
}

static void
check_advice(const struct trust *trust, long verified, const char *says)
{
	char *advice = trust_advice(trust, verified);

	if (!strstr(advice, says))
		fprintf(stderr, "%ld: \"%s\" does not say \"%s\"\n", verified, advice,
			says);
	CU_ASSERT_PTR_NOT_NULL(strstr(advice, says));
	free(advice);
}

static void
test_advice(void)
{
	char file[] = "/a/bundle", folder[] = "/a/folder";
	const struct trust none = { 0 },
			   named = { .file = file, .source = "AWS_CA_BUNDLE" };
	const struct trust both = { .file = file,
				    .folders = folder,
				    .source = "SSL_CERT_DIR" };

	check_advice(
		&none, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
		"/etc/ssl/certs/ca-certificates.crt, /etc/pki/tls/certs/ca-bundle.crt");
	check_advice(&none, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
		     "/etc/openssl/certs");
	check_advice(&none, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
		     "AWS_CA_BUNDLE or SSL_CERT_FILE");
	check_advice(&named, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
		     "trusted is /a/bundle (from AWS_CA_BUNDLE)");
	check_advice(&both, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
		     "/a/bundle and /a/folder (from SSL_CERT_DIR)");
	check_advice(&named, X509_V_ERR_CERT_HAS_EXPIRED, "clock");
	check_advice(&named, X509_V_ERR_CERT_NOT_YET_VALID, "clock");
	check_advice(&named, X509_V_OK, "another host's");
	check_advice(&named, X509_V_ERR_UNSPECIFIED, "another host's");
	check_advice(&named, X509_V_ERR_HOSTNAME_MISMATCH, "another host's");
}

/* What somebody named stops before the first request; metadata services, asked without
 * TLS, do not care. */
static void
test_transport(void)
{
	struct transport_options options = { 0 };
	struct transport *transport;
	struct err err = { "" };

	clear_environment();
	setenv("SSL_CERT_FILE", "/dev/null/bundle", 1);
	CU_ASSERT_PTR_NULL(transport_new(&options, &err));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(err.text, "SSL_CERT_FILE: could not open /dev/null/bundle"));
	options.is_plain = true;
	transport = transport_new(&options, &err);
	CU_ASSERT_PTR_NOT_NULL(transport);
	transport_free(transport);
	clear_environment();
}

int
tests_trust(void)
{
	CU_pSuite suite = CU_add_suite("trust", NULL, NULL);

	CU_add_test(suite, "where systems keep certificates", test_systems);
	CU_add_test(suite, "who names certificates", test_choices);
	CU_add_test(suite, "several folders", test_folders);
	CU_add_test(suite, "what helps", test_advice);
	CU_add_test(suite, "before the first request", test_transport);
	return 0;
}
