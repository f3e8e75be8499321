"""Control policies of an organization: read where they may be, and in doubt only what rests on them where they may not.

The demo account, made a member of an organization by other answers. Prints `ok NAME` and `not ok NAME: why`; exit 1 where one
failed. Needs PLUMBLINE (the binary).
"""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(os.environ["PLUMBLINE"])
DEMO = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "demo"
ACCOUNT = "528491072345"
LEVELS = ["r-ab12", "ou-ab12-prodprod", ACCOUNT]
PATH = "o-harbourbooks/%s/" % "/".join(LEVELS)
ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
GUARD = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"}}
CHECKS = "organizations_*,iam_*"
failed = 0


def say(ok, name, why=""):
    global failed
    failed += not ok
    print("ok %s" % name if ok else "not ok %s: %s" % (name, str(why)[:900]), flush=True)


def record(operation, parameters, status, body, code=None):
    headers = "content-type: application/x-amz-json-1.1\n" + ("x-amzn-errortype: %s\n" % code if code else "")
    return "%%%%%% us-east-1 organizations %s %s\n%d\n%s\n%s\n" % (
        operation, json.dumps(parameters, sort_keys=True, separators=(",", ":")), status, headers, json.dumps(body))


def denied(operation, parameters):
    return record(operation, parameters, 400, {"__type": "AccessDeniedException", "Message": "You don't have permissions to access this resource."},
                  "AccessDeniedException")


def organization(master="999988887777"):
    return record("DescribeOrganization", {}, 200, {"Organization": {
        "Id": "o-harbourbooks", "Arn": "arn:aws:organizations::%s:organization/o-harbourbooks" % master, "FeatureSet": "ALL",
        "MasterAccountId": master}})


def about_account(**more):
    return record("DescribeAccount", {"AccountId": ACCOUNT}, 200, {"Account": dict({"Id": ACCOUNT, "Name": "harbour", "State": "ACTIVE"}, **more)})


def attached(level, *names):
    policies = [{"Id": "p-" + n, "Arn": "arn:aws:organizations::aws:policy/service_control_policy/p-" + n, "Name": n,
                 "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": n == "FullAWSAccess"} for n in names]
    return record("ListPoliciesForTarget", {"Filter": "SERVICE_CONTROL_POLICY", "TargetId": level}, 200, {"Policies": policies})


def policy(name, document):
    return record("DescribePolicy", {"PolicyId": "p-" + name}, 200, {"Policy": {
        "PolicySummary": {"Id": "p-" + name, "Name": name}, "Content": json.dumps(document)}})


def scanned(work, name, *records):
    """The evidence of the demo account with these answers of Organizations; None: those of the demo."""
    folder, out = pathlib.Path(work, name), os.path.join(work, name + "-out")
    folder.mkdir()
    for path in DEMO.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    if records:
        (folder / "organizations.txt").write_text("".join(sorted(records)))
    plain = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    done = subprocess.run([BINARY, "scan", "--replay", str(folder), "--checks", CHECKS, "--output", out, "--format", "csv", "--quiet"],
                          env=dict(plain, AWS_EC2_METADATA_DISABLED="true"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    say(done.returncode == 0, "%s: the scan ends" % name, done.stderr[-400:])
    return os.path.join(out, "evidence.db")


def rows(path, sql):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def verdict(path):
    return rows(path, "SELECT verdict, observed, reason FROM finding WHERE check_id = 'organizations_scp_attached'")


def others(path):
    return rows(path, "SELECT check_id, resource, verdict, observed FROM finding WHERE check_id NOT LIKE 'organizations%' ORDER BY 1, 2")


def decisions(path, view, action):
    """{role: may it?} by that view."""
    sql = ("SELECT name, policy_decision(documents, json_object('principal', principal_arn, 'action', '%s', 'resource', '*', 'complete', 1)) AS may "
           "FROM %s WHERE kind = 'role'" % (action, view))
    done = subprocess.run([BINARY, "query", path, sql, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    return {r["name"]: r["may"] for r in json.loads(done.stdout or "[]")}


def prove_read(work, plain):
    path = scanned(work, "member", organization(), about_account(Paths=[PATH]), attached(LEVELS[0], "FullAWSAccess"),
                   attached(LEVELS[1], "FullAWSAccess", "guard"), attached(LEVELS[2], "FullAWSAccess"), policy("FullAWSAccess", ALL),
                   policy("guard", GUARD))
    levels = rows(path, "SELECT level_id, level_type FROM organizations_level ORDER BY depth")
    say(levels == list(zip(LEVELS, ["ROOT", "ORGANIZATIONAL_UNIT", "ACCOUNT"])), "each level of the way is a row", levels)
    held = rows(path, "SELECT level_id, policy_id, document IS NOT NULL FROM organizations_service_control_policy ORDER BY 1, 2")
    say(len(held) == 4 and all(r[2] for r in held) and (LEVELS[1], "p-guard", 1) in held, "each attached policy has its text", held)
    say([v[0] for v in verdict(path)] == ["pass"] and "guard" in verdict(path)[0][1], "a policy of a unit counts for the account", verdict(path))
    own, effective = (decisions(path, view, "cloudtrail:StopLogging") for view in ("principal_policy", "effective_policy"))
    say(own.get("break-glass") == "allowed", "by its own policies the administrator may", own)
    say(effective.get("break-glass") == "denied", "in effect the control policy denies", effective)
    say(decisions(path, "effective_policy", "s3:ListAllMyBuckets").get("break-glass") == "allowed", "and only what it names")
    say(others(path) == others(plain), "no other verdict rests on the organization")


def prove_refused(work, plain):
    path = scanned(work, "refused", organization(), denied("DescribeAccount", {"AccountId": ACCOUNT}))
    say([v[0] for v in verdict(path)] == ["unknown"] and "organizations:DescribeAccount" in verdict(path)[0][2],
        "where it may not be read the question is open, and says why", verdict(path))
    say(others(path) == others(plain), "and no other one", set(others(path)) ^ set(others(plain)))
    path = scanned(work, "half", organization(), about_account(Paths=[PATH]), attached(LEVELS[0], "FullAWSAccess"),
                   denied("ListPoliciesForTarget", {"Filter": "SERVICE_CONTROL_POLICY", "TargetId": LEVELS[1]}), attached(LEVELS[2], "FullAWSAccess"),
                   policy("FullAWSAccess", ALL))
    say([v[0] for v in verdict(path)] == ["unknown"], "one level that cannot be read leaves it open", verdict(path))


def prove_odd(work):
    path = scanned(work, "wayless", organization(), about_account())
    say([v[0] for v in verdict(path)] == ["unknown"] and "Undecodable" in verdict(path)[0][2], "an answer without the way tells nothing", verdict(path))
    path = scanned(work, "bare", organization(), about_account(Paths=[PATH]), *(attached(level, "FullAWSAccess") for level in LEVELS),
                   policy("FullAWSAccess", ALL))
    say([v[0] for v in verdict(path)] == ["fail"], "FullAWSAccess alone binds nobody", verdict(path))
    path = scanned(work, "management", organization(ACCOUNT), about_account(Paths=["o-harbourbooks/r-ab12/%s/" % ACCOUNT]),
                   *(attached(level, "guard") for level in ("r-ab12", ACCOUNT)), policy("guard", GUARD))
    say([v[0] for v in verdict(path)] == ["not_applicable"], "control policies do not bind the management account", verdict(path))
    say(decisions(path, "effective_policy", "cloudtrail:StopLogging").get("break-glass") == "allowed", "nor its administrators")


def main():
    with tempfile.TemporaryDirectory(prefix="plumbline-organization-") as work:
        plain = scanned(work, "alone")
        say([v[0] for v in verdict(plain)] == ["not_applicable"], "an account of its own has no control policies", verdict(plain))
        prove_read(work, plain)
        prove_refused(work, plain)
        prove_odd(work)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
