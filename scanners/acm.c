/* AWS Certificate Manager: certificates of every kind of key. */

#include "scanners/scanners.h"

/* Without key types only RSA keys of 1024 and 2048 bits are listed (ACM API Reference,
 * ListCertificates). */
#define ALL_KEYS \
	"Includes=:{\"keyTypes\":[\"RSA_1024\",\"RSA_2048\",\"RSA_3072\",\"RSA_4096\"," \
	"\"EC_prime256v1\",\"EC_secp384r1\",\"EC_secp521r1\"]}"

static const struct operation operations[] = {
	{
		.name = "ListCertificates",
		.items = "CertificateSummaryList",
		.bind = ALL_KEYS,
	},
	{
		.name = "DescribeCertificate",
		.parent = "ListCertificates",
		.bind = "CertificateArn=CertificateArn",
	},
	{
		.name = "ListTagsForCertificate",
		.parent = "ListCertificates",
		.bind = "CertificateArn=CertificateArn",
	},
};

#define DETAIL(column, type, key) \
	{ column, type, "DescribeCertificate", "Certificate." key }

static const struct column certificate[] = {
	{ "arn", TEXT, NULL, "CertificateArn" },
	{ "name", TEXT, NULL, "DomainName|CertificateArn" },
	{ "tags", TAGS, "ListTagsForCertificate", "Tags" },
	{ "domain", TEXT, NULL, "DomainName" },
	DETAIL("status", TEXT, "Status"),
	DETAIL("type", TEXT, "Type"),
	DETAIL("key_algorithm", TEXT, "KeyAlgorithm"),
	DETAIL("signature_algorithm", TEXT, "SignatureAlgorithm"),
	DETAIL("created_at", TIME, "CreatedAt :epoch"),
	DETAIL("issued_at", TIME, "IssuedAt :epoch"),
	DETAIL("not_before", TIME, "NotBefore :epoch"),
	DETAIL("expires_at", TIME, "NotAfter :epoch"),
	DETAIL("renewal_eligibility", TEXT, "RenewalEligibility"),
	DETAIL("renewal_status", TEXT, "RenewalSummary.RenewalStatus"),
	DETAIL("validation_method", TEXT, "DomainValidationOptions[0].ValidationMethod"),
	DETAIL("transparency_logging", TEXT,
	       "Options.CertificateTransparencyLoggingPreference"),
	DETAIL("alternative_names", JSON, "SubjectAlternativeNames"),
	DETAIL("used_by", JSON, "InUseBy"),
	DETAIL("use_count", INTEGER, "InUseBy :count"),
};

static const struct table tables[] = {
	{
		.name = "acm_certificate",
		.type = "AWS::CertificateManager::Certificate",
		.operation = "ListCertificates",
		COLUMNS(certificate),
	},
};

const struct scanner scanner_acm = { .service = "acm", OPERATIONS, TABLES };
