"""Speed and memory: what the issues allow, what this build takes, what the last release took.

    ./zigw build bench                    prints the table; a limit that is missed fails
    PLUMBLINE=… bench.py TOOL --keep      also keeps the figures as those of this release, in tests/bench.tsv

Needs PLUMBLINE (the binary) and the program made of tests/tool_bench.c. Only the processes of Plumbline are
measured: the moto server's own work is not in the figures. PLUMBLINE_BENCH names single measures to take.
"""
import csv
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile

import account

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests/bench.tsv"
BINARY = os.path.abspath(os.environ["PLUMBLINE"])
FORMATS = "csv,fixes,html,json,xlsx"

# name, unit, limit (None: told only), what it is
FIGURES = [
    ("version", "ms", 20, "plumbline version, wall"),
    ("checks_list", "ms", 20, "plumbline checks list, wall"),
    ("scan_cpu", "s", 0.5, "live scan of 400 resources, all checks: processor time"),
    ("scan_memory", "MiB", 36, "… resident at most"),
    ("scan_wall", "s", None, "… wall, with a server that answers one request at a time"),
    ("scan_requests", "", None, "… requests sent"),
    ("scan_evidence", "KiB", None, "… size of evidence.db"),
    ("scan_html", "KiB", None, "… size of report.html"),
    ("scan_xlsx", "KiB", None, "… size of report.xlsx"),
    ("scan_json", "KiB", None, "… size of report.json"),
    ("demo", "s", 0.5, "demo, all formats, wall"),
    ("judge_100000", "s", 0.5, "100,000 buckets judged by one page"),
    ("prepare_950", "s", 0.2, "950 statements prepared with their lineage"),
    ("policies_10000", "s", 2, "10,000 policies of 2 KiB, all policy functions"),
    ("policy_pages_10000", "s", 2, "10,000 policies of 2 KiB, all checks of customer policies"),
    ("filters_1000", "s", 0.5, "1,000 filters against all events"),
]
UNITS = {"ms": 1, "s": 3, "MiB": 1, "KiB": 0, "": 0}


class Bench:
    def __init__(self, tool, work):
        self.tool, self.work, self.figures, self.notes, self.optimized = tool, work, {}, [], True

    def path(self, name):
        return os.path.join(self.work, name)

    def run(self, *words, env=None, allowed=(0,)):
        """What one run of the binary took, by a small parent."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        out = self.path("run.json")
        done = subprocess.run([self.tool, "run", out, BINARY, *words], env=env or plain, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, timeout=600)
        if done.returncode != 0:
            raise RuntimeError("%s: could not be run: %s" % (words[0], done.stderr[-400:]))
        with open(out, encoding="utf-8") as file:
            took = json.load(file)
        if took["status"] not in allowed:
            raise RuntimeError("%s: exit %d: %s" % (" ".join(words[:2]), took["status"], done.stderr[-400:]))
        return took

    def measure(self, *words):
        done = subprocess.run([self.tool, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=1200)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[-400:])
        figures = json.loads(done.stdout)
        self.optimized = self.optimized and figures["optimized"]
        return figures


# ---- Measures: each fills figures of its own


def start(bench):
    for name, words in (("version", ["version"]), ("checks_list", ["checks", "list"])):
        bench.figures[name] = 1000 * statistics.median(bench.run(*words)["wall"] for _ in range(9))


def scan(bench):
    with account.Server() as server:
        account.seed(server.url)
        took = bench.run("scan", "--regions", "us-east-1", "--output", bench.path("out"), "--quiet",
                         env=account.scan_environment(server.url))
    bench.figures.update(scan_cpu=took["cpu"], scan_memory=took["mib"], scan_wall=took["wall"])
    for name in ("html", "xlsx", "json"):
        bench.figures["scan_" + name] = os.path.getsize(bench.path("out/report." + name)) / 1024
    evidence = bench.path("out/evidence.db")
    bench.figures["scan_evidence"] = os.path.getsize(evidence) / 1024
    db = sqlite3.connect(evidence)
    bench.figures["scan_requests"] = db.execute("SELECT sum(attempts) FROM api_call").fetchone()[0]
    db.close()


def demo(bench):
    walls = []
    for i in range(3):
        shutil.rmtree(bench.path("demo"), ignore_errors=True)
        walls.append(bench.run("demo", "--output", bench.path("demo"), "--format", FORMATS, "--quiet")["wall"])
    bench.figures["demo"] = statistics.median(walls)


ROWS = """INSERT INTO %s(%s)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT %s FROM n;
"""


def judge(bench):
    """No call was made and none refused: the rows stand there by themselves."""
    with open(bench.path("buckets.sql"), "w", encoding="utf-8") as file:
        file.write(ROWS % ("s3_bucket", "arn, account_id, region, name, tags, versioning", 99999,
                           "printf('arn:aws:s3:::bucket-%06d', i), '123456789012', 'us-east-1', printf('bucket-%06d', i), '{}',"
                           " iif(i % 3, 'Enabled', NULL)"))
    took = bench.measure("judge", "s3_bucket_versioned", bench.path("buckets.sql"), bench.path("buckets.db"))
    if took["findings"] != 100000 or took["troubles"]:
        raise RuntimeError("expected 100000 findings and no trouble, got %s" % took)
    bench.figures["judge_100000"] = took["judge"]


def prepare(bench):
    """The pages that exist, copied under other names until there are 950."""
    folder = pathlib.Path(bench.path("pages"))
    pages = sorted(path for path in (ROOT / "checks").glob("*/*.md") if path.parent.name not in ("frameworks", "views"))
    for number in range(950 - len(pages)):
        page = pages[number % len(pages)]
        copy = folder / page.parent.name / ("%s_%d.md" % (page.stem, number))
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, copy)
    folder.mkdir(exist_ok=True)
    took = bench.measure("prepare", str(folder))
    if took["statements"] != 950:
        raise RuntimeError("expected 950 statements, got %d" % took["statements"])
    bench.figures["prepare_950"] = took["prepare"]


def policy(random_, number):
    """A policy of about 2 KiB with what policies hold: lists, wildcards, conditions, denials."""
    services = ["s3", "ec2", "logs", "dynamodb", "sqs", "sns", "kms", "lambda", "iam", "ecs"]
    verbs = ["Get*", "List*", "Describe*", "PutItem", "Create*", "Delete?bject", "PassRole", "Update*", "SendMessage", "Decrypt"]
    statements = []
    while len(json.dumps(statements)) < 1900:
        service = random_.choice(services)
        statement = {
            "Sid": "S%d" % len(statements),
            "Effect": "Deny" if random_.random() < 0.2 else "Allow",
            "Action": ["%s:%s" % (service, random_.choice(verbs)) for _ in range(random_.randint(1, 6))],
            "Resource": ["arn:aws:%s:us-east-1:123456789012:%s-%d/*" % (service, service, random_.randint(1, 99)) for _ in range(2)]
                        if random_.random() < 0.7 else "*",
        }
        if random_.random() < 0.5:
            statement["Condition"] = {"StringLike": {"aws:PrincipalTag/team": ["shop-*", "books-?"]},
                                      "IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}}
        statements.append(statement)
    return json.dumps({"Version": "2012-10-17", "Id": "p%d" % number, "Statement": statements})


def policies(bench):
    random_ = random.Random(17)
    texts = [policy(random_, i) for i in range(10000)]
    with open(bench.path("policies.json"), "w", encoding="utf-8") as file:
        json.dump(texts, file)
    took = bench.measure("policies", bench.path("policies.json"))
    names = [name for name in took if name.startswith("policy_")]
    bench.figures["policies_10000"] = sum(took[name] for name in names)
    bench.notes.append("policy functions: " + ", ".join("%s %.2f s" % (name, took[name]) for name in names))
    ids = ["iam_" + path.stem for path in (ROOT / "checks/iam").glob("policy_*.md")]
    if not ids:
        return
    with open(bench.path("policies.sql"), "w", encoding="utf-8") as file:
        file.write("CREATE TEMP TABLE text(i INTEGER PRIMARY KEY, document TEXT);\n")
        for i, text in enumerate(texts):
            file.write("INSERT INTO text VALUES(%d, '%s');\n" % (i, text.replace("'", "''")))
        file.write("INSERT INTO iam_policy(arn, account_id, region, name, tags, document, attachment_count)\n"
                   "SELECT 'arn:aws:iam::123456789012:policy/p' || i, '123456789012', 'aws-global', 'p' || i, '{}', document, 1 FROM text;\n")
    took = bench.measure("judge", ",".join(sorted(ids)), bench.path("policies.sql"), bench.path("policies.db"))
    bench.figures["policy_pages_10000"] = took["judge"]


def event(source, name, **more):
    record = {"eventVersion": "1.11", "eventTime": "2026-11-22T04:00:00Z", "eventSource": source + ".amazonaws.com", "eventName": name,
              "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.7", "userAgent": "console.amazonaws.com", "eventType": "AwsApiCall",
              "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/anna", "accountId": "123456789012",
                               "userName": "anna"}, "requestParameters": {"name": "x", "tags": ["a", "b"]}, "responseElements": None}
    return json.dumps(dict(record, **more))


EVENTS = {
    "iam": "DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy CreatePolicy DeletePolicy "
           "CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy AttachGroupPolicy "
           "DetachGroupPolicy",
    "cloudtrail": "CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging PutEventSelectors",
    "kms": "DisableKey ScheduleKeyDeletion",
    "s3": "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication DeleteBucketPolicy DeleteBucketCors "
          "DeleteBucketLifecycle DeleteBucketReplication",
    "config": "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder",
    "ec2": "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress "
           "CreateSecurityGroup DeleteSecurityGroup CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry "
           "ReplaceNetworkAclEntry ReplaceNetworkAclAssociation CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway "
           "CreateInternetGateway DeleteInternetGateway DetachInternetGateway CreateRoute CreateRouteTable ReplaceRoute "
           "ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute DisassociateRouteTable CreateVpc DeleteVpc ModifyVpcAttribute "
           "AcceptVpcPeeringConnection CreateVpcPeeringConnection DeleteVpcPeeringConnection RejectVpcPeeringConnection "
           "AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink EnableVpcClassicLink",
    "organizations": "AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy DeclineHandshake DeleteOrganization "
                     "DeleteOrganizationalUnit DeletePolicy DetachPolicy DisablePolicyType EnablePolicyType InviteAccountToOrganization "
                     "LeaveOrganization MoveAccount RemoveAccountFromOrganization UpdatePolicy UpdateOrganizationalUnit",
}


def filters(bench):
    """The events of the fifteen monitoring checks; filters in the several ways that people write them."""
    names = [(source, name) for source, list_ in EVENTS.items() for name in list_.split()]
    events = [event(source, name) for source, name in names]
    events += [event("signin", "ConsoleLogin", errorMessage="Failed authentication", additionalEventData={"MFAUsed": "No"}),
               event("s3", "ListBuckets", errorCode="AccessDenied"), event("ec2", "RunInstances", errorCode="Client.UnauthorizedOperation"),
               event("iam", "ListUsers", userIdentity={"type": "Root", "arn": "arn:aws:iam::123456789012:root"})]
    random_ = random.Random(5)
    patterns = []
    for i in range(1000):
        some = random_.sample(names, 8)
        shape = i % 5
        if shape == 0:
            patterns.append("{ " + " || ".join('($.eventName = "%s")' % name for _, name in some) + " }")
        elif shape == 1:
            patterns.append('{ ($.eventSource = "%s.amazonaws.com") && (%s) }' % (
                some[0][0], " || ".join("$.eventName = %s" % name for _, name in some)))
        elif shape == 2:
            patterns.append('{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }')
        elif shape == 3:
            patterns.append("{ $.eventName = %%%s%% }" % "|".join("^%s$" % name for _, name in some))
        else:
            patterns.append('?%s ?%s ?"User: anna"' % (some[0][1], some[1][1]) if i % 2 else '"%s" -Failed' % some[0][1])
    with open(bench.path("filters.json"), "w", encoding="utf-8") as file:
        json.dump({"filters": patterns, "events": events}, file)
    took = bench.measure("filters", bench.path("filters.json"))
    bench.notes.append("filters: %(pairs)d pairs, %(matches)d match, %(invalid)d refused" % took)
    bench.figures["filters_1000"] = took["match"]


MEASURES = {"start": start, "scan": scan, "demo": demo, "judge": judge, "prepare": prepare, "policies": policies, "filters": filters}


# ---- The table


def kept():
    if not KEPT.exists():
        return "", {}
    with open(KEPT, encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t"))
    return lines[0]["release"] if lines else "", {line["name"]: float(line["figure"]) for line in lines}


def keep(bench):
    version = subprocess.run([BINARY, "version"], stdout=subprocess.PIPE, text=True).stdout
    release = re.search(r"\d+\.\d+\.\d+", version)[0]
    with open(KEPT, "w", encoding="utf-8") as file:
        file.write("release\tname\tfigure\tunit\n")
        for name, unit, _, _ in FIGURES:
            if name in bench.figures:
                file.write("%s\t%s\t%.*f\t%s\n" % (release, name, UNITS[unit], bench.figures[name], unit))


def show(value, unit):
    return "" if value is None else ("%.*f %s" % (UNITS[unit], value, unit)).strip()


def table(bench):
    """True where every limit holds."""
    release, before = kept()
    lines = [("figure", "limit", "now", release or "-", "ok")]
    missed = []
    for name, unit, limit, about in FIGURES:
        value = bench.figures.get(name)
        if value is None:
            continue
        ok = limit is None or value <= limit
        if not ok:
            missed.append("%s: %s, allowed are %s" % (name, show(value, unit), show(limit, unit)))
        lines.append((about, show(limit, unit), show(value, unit), show(before.get(name), unit), "" if limit is None else "ok" if ok else "MISSED"))
    widths = [max(len(line[i]) for line in lines) for i in range(5)]
    for line in lines:
        print("  ".join([line[0].ljust(widths[0])] + [line[i].rjust(widths[i]) for i in range(1, 4)] + [line[4]]).rstrip())
    return missed


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if not words or not os.access(words[0], os.X_OK):
        print("not ok bench: give the program of tests/tool_bench.c: run ./zigw build bench")
        return 1
    chosen = os.environ.get("PLUMBLINE_BENCH", "").split() or list(MEASURES)
    failed = False
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as work:
        bench = Bench(os.path.abspath(words[0]), work)
        for name in chosen:
            try:
                MEASURES[name](bench)
                print("ok bench/%s" % name, flush=True)
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                failed = True
                print("not ok bench/%s: %s" % (name, str(error).replace("\n", " ")), flush=True)
    print()
    missed = table(bench)
    for note in bench.notes:
        print(note)
    if not bench.optimized:
        print("This build is not optimized: ./zigw build bench without -Doptimize measures what is released.")
    for line in missed:
        print("not ok limit %s" % line)
    if "--keep" in sys.argv[1:]:
        keep(bench)
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
