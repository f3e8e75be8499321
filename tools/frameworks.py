#!/usr/bin/env python3
"""Writes checks/frameworks/*.md: which checks answer which control of which framework.

    tools/frameworks.py [--check]

Run it again whenever a page was added or went: only checks that have a page are named. It reads, in
$PLUMBLINE_SHARED (default ../shared), catalogue.tsv, which says what control a check answers, and
frameworks/*.tsv, which list the controls in our own words. With --check nothing is written; a page that
would change is named, and the exit status is 1.

A row's checks are marked `full` where all of them together settle the control and each has its page,
else `partial`. `attest` marks what a person must confirm: the benchmark itself says that it is judged by hand, and
no set of checks settles it.
"""

import csv
import os
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("PLUMBLINE_SHARED", ROOT.parent / "shared"))

CIS_VERSIONS = ["1.4", "1.5", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0"]

# Controls that the catalogue's checks do not settle, however many there are.
CIS_PARTIAL = {
    "account-contact": "whether it is current and reaches more than one person",
    "account-security-questions": "no API shows them",
    "front-end-access-logs": "other managed front ends",
    "identity-federation": "who signs in where",
    "org-delegated-policies": "which account should administer",
    "org-delegated-services": "which services are meant",
    "org-guardrails": "what the policies should forbid",
    "org-mgmt-no-workloads": "what counts as a workload",
    "org-ou-structure": "what the environments are",
    "peering-least-routes": "how wide a route must be",
    "s3-data-classified": "what the findings mean",
    "vpc-endpoints": "which services the VPC uses",
}
# Where fewer than all of the catalogue's checks settle the control.
CIS_ENOUGH = {
    "nacl-admin-ports": ["ec2_network_acl_rdp_not_open_to_internet", "ec2_network_acl_ssh_not_open_to_internet"],
    "resource-policy-no-star": ["iam_resource_policy_not_public"],
    "security-hub-on": ["securityhub_enabled"],
}
CIS_TITLES = {
    "account-contact": "The contact details of the account are current and reach more than one person",
    "account-security-contact": "A security contact is registered for the account",
    "account-security-questions": "Security questions are registered for the account",
    "root-not-used": "The root user is not used for daily work",
    "pwpolicy-length": "The password policy demands 14 characters or more",
    "pwpolicy-reuse": "The password policy remembers the last 24 passwords",
    "iam-no-initial-keys": "No access key was made together with the password of a console user",
    "iam-unused-45d": "Passwords and access keys unused for 45 days are disabled",
    "iam-no-star-admin": "No attached policy allows every action on every resource",
    "iam-support-role": "Somebody holds the policy that opens AWS Support cases",
    "access-analyzer-on": "Access Analyzer for external access is on in every Region in use",
    "identity-federation": "People sign in through a central identity provider, not as IAM users of each account",
    "cloudshell-restricted": "AWSCloudShellFullAccess is attached to nobody who should not have it",
    "resource-policy-no-star": "No resource policy admits everyone without a condition",
    "org-central-root": "The organization manages root credentials of member accounts centrally",
    "org-guardrails": "Control policies guard every account of the organization",
    "org-ou-structure": "Organizational units are split by environment and sensitivity",
    "org-delegated-policies": "A delegated administrator manages the policies of the organization",
    "org-delegated-services": "Delegated administrators run the services that work across the organization",
    "s3-deny-http": "Bucket policies deny plain HTTP",
    "s3-mfa-delete": "Deleting versions from a bucket takes MFA",
    "s3-data-classified": "Data in buckets is discovered and classified",
    "s3-block-public-access": "Public access to buckets is blocked, for the account and each bucket",
    "rds-multi-az": "Databases have a standby in another zone",
    "trail-all-regions": "A trail records management events of every Region",
    "trail-validation": "Trails validate their log files",
    "trail-bucket-logging": "Requests to the bucket of a trail are logged",
    "trail-bucket-not-public": "The bucket of a trail is not public",
    "trail-cloudwatch": "Trails deliver to CloudWatch Logs",
    "trail-s3-write-events": "Writes to objects in buckets are recorded",
    "trail-s3-read-events": "Reads of objects in buckets are recorded",
    "config-on": "AWS Config records every resource type in every Region in use",
    "front-end-access-logs": "Managed web front ends keep access logs",
    "ebs-encryption": "New EBS volumes are encrypted by default in every Region in use",
    "sg-cifs-445": "Windows file sharing (TCP 445) is not open to untrusted networks",
    "nacl-admin-ports": "No network ACL admits everyone to ports of remote administration",
    "sg-admin-ports-v4": "No security group admits 0.0.0.0/0 to ports of remote administration",
    "sg-admin-ports-v6": "No security group admits ::/0 to ports of remote administration",
    "peering-least-routes": "Routes over a peering are no wider than needed",
    "monitor-unauthorized-api": "An alarm tells of calls that were denied",
    "monitor-console-no-mfa": "An alarm tells of a console sign-in without MFA",
    "monitor-root-usage": "An alarm tells of any use of the root user",
    "monitor-iam-changes": "An alarm tells of changes to IAM policies",
    "monitor-trail-changes": "An alarm tells of changes to CloudTrail",
    "monitor-console-failures": "An alarm tells of failed console sign-ins",
    "monitor-kms-deletion": "An alarm tells of KMS keys disabled or about to be deleted",
    "monitor-bucket-policy": "An alarm tells of changes to bucket policies",
    "monitor-config-changes": "An alarm tells of changes to AWS Config",
    "monitor-sg-changes": "An alarm tells of changes to security groups",
    "monitor-nacl-changes": "An alarm tells of changes to network ACLs",
    "monitor-gateway-changes": "An alarm tells of changes to network gateways",
    "monitor-route-changes": "An alarm tells of changes to route tables",
    "monitor-vpc-changes": "An alarm tells of changes to VPCs",
    "monitor-org-changes": "An alarm tells of changes to the organization",
}

# FSBP controls that ask for more than the catalogue's checks look at.
FSBP_PARTIAL = {
    "Config.1": "the recorder's role, and each required type by name",
    "IAM.7": "six further rules of the password policy",
    "IAM.10": "four further rules of the password policy",
    "EFS.1": "that the key is one of KMS chosen for the file system",
    "EC2.3": "only attached volumes are meant",
}
FSBP_OUTSIDE = {
    "not-in-fsbp-2026": "not in the standard of 2026",
    "ai-security-best-practices": "of the standard for AI, 2026",
}

HOW = (
    "`full` stands where the checks of a row together settle its control, `partial` where they show a part of it and "
    "the rest is for a person or for a check to come. A row without a check is not answered yet."
)


def rows(path):
    with open(SHARED / path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def pages():
    """Ids of the checks that exist: checks/s3/bucket_versioned.md is s3_bucket_versioned."""
    return {
        f"{path.parent.name}_{path.stem}"
        for path in (ROOT / "checks").glob("*/*.md")
        if path.parent.name not in ("frameworks", "views")
    }


def by_slug(catalogue):
    """The column names one version and number; the slug in brackets stands for that control in all versions."""
    answers = {}
    for check in catalogue:
        for slug in re.findall(r"\(([^)]+)\)", check["cis"]):
            answers.setdefault(slug, []).append(check["id"])
    return answers


def by_word(catalogue, column):
    answers = {}
    for check in catalogue:
        for word in filter(None, check[column].split(",")):
            answers.setdefault(word.strip(), []).append(check["id"])
    return answers


def extents(wanted, enough, settles, there):
    """The cell of checks. A control is settled when every check that it takes has its page."""
    named = sorted(set(wanted) & there)
    extent = "full" if settles and enough and set(enough) <= there else "partial"
    return ", ".join(f"{name} {extent}" for name in named)


def natural(text):
    return [int(part) if part.isdigit() else part.lower() for part in re.split(r"(\d+)", text)]


def table(controls):
    lines = ["| control | title | kind | checks |", "|---|---|---|---|"]
    for number, title, kind, checks in controls:
        for cell in (number, title):
            assert "|" not in cell and "\\" not in cell, cell
        lines.append(f"| {number} | {title} | {kind} | {checks} |".replace("|  |", "| |"))
    return "\n".join(lines) + "\n"


def page(title, about, *parts):
    text = textwrap.fill(f"{about} {HOW}", width=120, break_long_words=False)
    return f"---\ntitle: {title}\n---\n{text}\n\n" + "\n".join(parts)


def cis_pages(catalogue, there):
    answers = by_slug(catalogue)
    controls = rows("frameworks/cis_aws.tsv")
    for version in CIS_VERSIONS:
        lines = []
        for row in controls:
            if row["version"] != version:
                continue
            slug = row["canonical_slug"]
            wanted = answers.get(slug, [])
            settles = slug not in CIS_PARTIAL
            attest = not settles and row["assessment"] == "manual"
            cell = extents(wanted, CIS_ENOUGH.get(slug, wanted), settles, there)
            title = CIS_TITLES.get(slug, row["description"])
            lines.append((row["section"], title, "attest" if attest else "automated", cell))
        lines.sort(key=lambda line: natural(line[0]))
        yield f"cis_aws_{version}", page(
            f"CIS Amazon Web Services Foundations Benchmark {version}",
            f"Every recommendation of version {version} by its number, in our own words; the benchmark itself, with its "
            "reasons and procedures, is published by the Center for Internet Security. Many that it calls manual are "
            "judged here by checks; those left to a person are marked attest.",
            table(lines))


def fsbp_page(catalogue, there):
    answers = by_word(catalogue, "fsbp")
    inside, outside = [], []
    for row in rows("frameworks/aws_fsbp.tsv"):
        number, status, title = row["control_id"], row["status"].split(" ")[0], row["title"]
        if status.startswith("retired-"):
            continue
        wanted = answers.get(number, [])
        cell = extents(wanted, wanted, number not in FSBP_PARTIAL, there)
        if status == "fsbp":
            inside.append((number, title, "automated", cell))
        else:
            outside.append((number, f"{title} ({FSBP_OUTSIDE[status]})", "automated", cell))
    for lines in (inside, outside):
        lines.sort(key=lambda line: natural(line[0]))
    return page(
        "AWS Foundational Security Best Practices",
        "The controls of AWS Security Hub's own standard as it stands in 2026, by their numbers, in our own words. Controls "
        "that AWS retired in 2026 are left out. A second table has controls of Security Hub outside of the standard: earlier "
        "members of it, those of other standards, and those of the one for AI.",
        table(inside), "## Outside of the standard\n", table(outside))


def pillar_page(catalogue, there):
    answers = by_word(catalogue, "wa")
    lines = []
    for row in rows("frameworks/wa_security_pillar.tsv"):
        cell = extents(answers.get(row["bp_id"], []), [], False, there)
        kind = "attest" if row["automatable"] == "no" else "automated"
        lines.append((row["bp_id"], row["title"], kind, cell))
    return page(
        "AWS Well-Architected Framework, Security Pillar",
        "Every best practice of the pillar by its number, in our own words. A best practice is wider than what an API can show, "
        "so no check answers one in full; those that are wholly a matter of how people work are marked attest.",
        table(lines))


def main():
    catalogue = rows("catalogue.tsv")
    there = pages()
    texts = dict(cis_pages(catalogue, there))
    texts["aws_fsbp"] = fsbp_page(catalogue, there)
    texts["wa_security_pillar"] = pillar_page(catalogue, there)
    stale = []
    for name, text in texts.items():
        path = ROOT / "checks/frameworks" / f"{name}.md"
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv[1:]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    verb = "would change" if "--check" in sys.argv[1:] else "written"
    print(f"{len(there)} pages; frameworks {verb}: {', '.join(stale) or 'none'}")
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
