/* Finds the certificates to trust: those that the user named, else where the system keeps
 * its own. A static program cannot know at build where that is, and OpenSSL's own
 * variables mean nothing to libcurl, which knows one place. */

#include <dirent.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/client.h"

#define BUNDLE_CAP (16u << 20)
#define SAME_NAME_MOST 10 /* certificates whose names have one hash */

/* Where systems keep what they trust, asked in this order: one file of all is read once,
 * a folder at each connection. */
static const struct place {
	const char *path;
	bool is_folder; /* of files named by their subject's hash */
} places[] = {
	/* Debian, Ubuntu, Arch, Alpine, NixOS */
	{ "/etc/ssl/certs/ca-certificates.crt", false },
	/* Red Hat, Fedora, Amazon Linux, and the same without links */
	{ "/etc/pki/tls/certs/ca-bundle.crt", false },
	{ "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", false },
	/* SUSE, and the same without links */
	{ "/etc/ssl/ca-bundle.pem", false },
	{ "/var/lib/ca-certificates/ca-bundle.pem", false },
	/* Alpine, FreeBSD, OpenBSD */
	{ "/etc/ssl/cert.pem", false },
	/* older Red Hat and FreeBSD */
	{ "/etc/pki/tls/cert.pem", false },
	{ "/usr/local/share/certs/ca-root-nss.crt", false },
	{ "/usr/local/etc/ssl/cert.pem", false },
	/* NetBSD, illumos */
	{ "/etc/openssl/certs/ca-certificates.crt", false },
	{ "/etc/certs/ca-certificates.crt", false },
	{ "/etc/ssl/certs", true },
	{ "/etc/pki/tls/certs", true },
	{ "/var/lib/ca-certificates/openssl", true },
	{ "/etc/openssl/certs", true },
};

/* What helps where a certificate was refused, but for those that nobody vouches for. */
static const struct refusal {
	long verified;
	const char *advice;
} refusals[] = {
	/* libcurl looks at the name itself, 7.88 before it asks for the verdict. */
	{ X509_V_OK,
	  "the certificate is another host's; check --endpoint-url and the proxy" },
	{ X509_V_ERR_UNSPECIFIED,
	  "the certificate is another host's; check --endpoint-url and the proxy" },
	{ X509_V_ERR_CERT_HAS_EXPIRED,
	  "check this machine's clock; if it is right, whoever runs the server must renew its certificate" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, "check this machine's clock" },
	{ X509_V_ERR_HOSTNAME_MISMATCH,
	  "the certificate is another host's; check --endpoint-url and the proxy" },
};

void
ca_bundle_find(const struct aws_settings *settings, const struct section *section,
	       struct transport_options *out)
{
	/* The last one: _get_verify_value() of botocore's endpoint.py. */
	const struct {
		const char *path, *source;
	} given[] = {
		{ settings->ca_bundle, "--ca-bundle" },
		{ variable("AWS_CA_BUNDLE"), "AWS_CA_BUNDLE" },
		{ section_value(section, "ca_bundle"), "ca_bundle in the profile" },
		{ variable("REQUESTS_CA_BUNDLE"), "REQUESTS_CA_BUNDLE" },
	};

	for (size_t i = 0; i < COUNT(given) && !out->ca_bundle; i++) {
		out->ca_bundle = given[i].path;
		out->ca_source = given[i].path ? given[i].source : NULL;
	}
}

/* A file's name in a folder that openssl rehash made: "4a6481c9.0". */
static bool
is_hash_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	       name[9] >= '0' && name[9] < '0' + SAME_NAME_MOST;
}

static int
folder_check(const char *path, struct err *err)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	bool has_some = false;

	if (!folder)
		return err_set(err, "the folder %s cannot be read", path);
	while (!has_some && (entry = readdir(folder)) != NULL)
		has_some = is_hash_name(entry->d_name);
	closedir(folder);
	if (!has_some)
		return err_set(
			err,
			"the folder %s holds no certificates named by their hash; run openssl rehash on it, or name a file",
			path);
	return 0;
}

static int
file_check(const char *path, struct err *err)
{
	struct buf buf = { .cap = BUNDLE_CAP };
	struct stat about;
	int rc;

	/* A pipe (<(…) of a shell) can be read once, and not here. */
	if (!stat(path, &about) && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode) &&
	    !access(path, R_OK))
		return 0;
	rc = file_read(path, BUNDLE_CAP, &buf, err);
	if (!rc && !memmem(buf.data, buf.len, "-----BEGIN ", 11))
		rc = err_set(err, "%s holds no certificate in PEM form", path);
	buf_free(&buf);
	return rc;
}

static bool
is_folder(const char *path)
{
	struct stat about;

	return !stat(path, &about) && S_ISDIR(about.st_mode);
}

/* OpenSSL takes several folders with colons between; one that is good will do, as links
 * may be there for other systems. */
static int
folders_check(const char *paths, struct err *err)
{
	const char *at = paths;

	while (*(at += strspn(at, ":"))) {
		size_t len = strcspn(at, ":");
		char *path = mem_text_n(at, len);
		int rc = folder_check(path, err);

		free(path);
		if (!rc)
			return 0;
		at += len;
	}
	return strspn(paths, ":") == strlen(paths)
		       ? err_set(err, "\"%s\" names no folder", paths)
		       : -1;
}

enum kind { EITHER, FILE_OF_MANY, FOLDERS };

/* What the user named must be there: else one would be trusted who was not meant, or the
 * scan fails call by call. */
static int
take_given(const char *path, enum kind kind, const char *source, struct trust *out,
	   struct err *err)
{
	bool is_list = kind == FOLDERS || (kind == EITHER && is_folder(path));

	if (is_list ? folders_check(path, err) : file_check(path, err)) {
		err_prefix(err, "certificates to trust, from %s", source);
		return -1;
	}
	*(is_list ? &out->folders : &out->file) = mem_text(path);
	out->source = source;
	return 0;
}

static void
take_place(const char *root, struct trust *out)
{
	for (size_t i = 0; i < COUNT(places); i++) {
		char *path = mem_print("%s%s", root, places[i].path);

		if (!(places[i].is_folder ? folder_check(path, NULL)
					  : file_check(path, NULL))) {
			*(places[i].is_folder ? &out->folders : &out->file) = path;
			out->source = "the system";
			return;
		}
		free(path);
	}
}

int
trust_find(const struct transport_options *options, const char *root, struct trust *out,
	   struct err *err)
{
	const char *file = variable("SSL_CERT_FILE"), *folders = variable("SSL_CERT_DIR");
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (options->ca_bundle)
		return take_given(options->ca_bundle, EITHER,
				  options->ca_source ? options->ca_source : "the caller",
				  out, err);
	if (file)
		rc = take_given(file, FILE_OF_MANY, "SSL_CERT_FILE", out, err);
	if (!rc && folders)
		rc = take_given(folders, FOLDERS, "SSL_CERT_DIR", out, err);
	if (!rc && file && folders)
		out->source = "SSL_CERT_FILE and SSL_CERT_DIR";
	if (!file && !folders)
		take_place(root, out);
	if (rc)
		trust_free(out);
	return rc;
}

void
trust_free(struct trust *trust)
{
	free(trust->file);
	free(trust->folders);
	memset(trust, 0, sizeof(*trust));
}

char *
trust_advice(const struct trust *trust, long verified)
{
	struct buf tried = { .cap = 900 };

	for (size_t i = 0; i < COUNT(refusals); i++)
		if (refusals[i].verified == verified)
			return mem_text(refusals[i].advice);
	if (trust->file || trust->folders)
		return mem_print(
			"name the certificates to trust by --ca-bundle or AWS_CA_BUNDLE; trusted is %s%s%s (from %s)",
			trust->file ? trust->file : "",
			trust->file && trust->folders ? " and " : "",
			trust->folders ? trust->folders : "", trust->source);
	buf_text(
		&tried,
		"no trusted certificates were found; name a file of them by --ca-bundle, AWS_CA_BUNDLE or SSL_CERT_FILE, or install "
		"ca-certificates; looked for");
	for (size_t i = 0; i < COUNT(places); i++)
		buf_print(&tried, "%s%s", i ? ", " : " ", places[i].path);
	return buf_take(&tried);
}
