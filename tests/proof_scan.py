"""The proofs of a live scan: one moto server seeded and scanned, then everything from that scan's recording.

Lineage, truth under denial, re-performance, order. Prints `ok NAME` and `not ok NAME: why`; exit 1 where one failed.
Needs PLUMBLINE (the binary). PLUMBLINE_KEEP names a folder to keep the evidence in.
"""
import collections
import concurrent.futures
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import account

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.abspath(os.environ["PLUMBLINE"])
REGIONS = ["us-east-1", "eu-west-1", "us-west-2"]
failed = 0


def say(ok, name, why=""):
    global failed
    failed += not ok
    print("ok %s" % name if ok else "not ok %s: %s" % (name, str(why)[:900]), flush=True)


def run(*words, env=None):
    plain = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    done = subprocess.run([BINARY, *words], env=env or dict(plain, AWS_ENDPOINT_URL="http://127.0.0.1:9"),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    return done


def rows(path, sql, *values):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()


FINDING = "SELECT id, check_id, region, resource, verdict, observed, reason FROM finding ORDER BY id"


def findings(path):
    return {r[0]: r[1:] for r in rows(path, FINDING)}


def verdicts(path):
    return {k: v[3] for k, v in findings(path).items()}


def operations_called(path, regions=False):
    what = "service || ':' || operation" + (" || '@' || region" if regions else "")
    return sorted(r[0] for r in rows(path, "SELECT DISTINCT %s FROM api_call" % what))


def root(path):
    return rows(path, "SELECT root_hash FROM scan")[0][0]


def replay(evidence, folder, *more):
    """A scan answered from the recording, without reports but csv, which is quick."""
    done = run("scan", "--replay", evidence, "--output", folder, "--format", "csv", "--quiet", *more)
    if done.returncode != 0:
        raise RuntimeError("replay %s: exit %d: %s" % (more, done.returncode, done.stderr[-600:]))
    return os.path.join(folder, "evidence.db")


def live(server, work, name, regions):
    out = os.path.join(work, name)
    done = run("scan", "--regions", ",".join(regions), "--output", out, env=account.scan_environment(server.url))
    say(done.returncode == 0, "%s: the live scan exits 0" % name, "exit %d: %s" % (done.returncode, done.stderr[-900:]))
    there = [f for f in ("evidence.db", "report.html", "report.xlsx", "report.json") if not os.path.exists(os.path.join(out, f))]
    say(not there, "%s: evidence and three reports are there" % name, there)
    return os.path.join(out, "evidence.db")


def accepted_refusals():
    """Operations that moto does not implement or answers wrongly, each with what it answers."""
    with open(os.path.join(HERE, "moto_refusals.tsv")) as f:
        return {line.split("\t")[0] for line in f if line.strip() and not line.startswith("#")}


def prove_truth_when_nothing_is_refused(evidence):
    refused = rows(evidence, "SELECT DISTINCT service || ':' || operation, error, substr(message, 1, 100) FROM api_call WHERE outcome = 'refused'")
    known = accepted_refusals()
    new = [r for r in refused if r[0] not in known]
    say(not new, "only operations that moto lacks are refused", new)
    names = {r[0] for r in refused}
    wrong = []
    for check, resource, reason in rows(evidence, "SELECT check_id, resource, reason FROM finding WHERE verdict = 'unknown'"):
        lineage = json.loads(rows(evidence, "SELECT lineage FROM check_page WHERE check_id = ?", check)[0][0])
        gap = rows(evidence, "SELECT 1 FROM known_gap LIMIT 1")
        if not names & set(lineage["operations"]) and not gap and "refused" in (reason or ""):
            wrong.append((check, resource, reason))
    say(not wrong, "no verdict is unknown without a refusal or a gap", wrong[:5])
    errors = rows(evidence, "SELECT check_id, error FROM check_page WHERE error IS NOT NULL")
    say(not errors, "no page has an error", errors[:5])


def prove_population(evidence):
    wrong = rows(evidence, "SELECT check_id, region FROM coverage WHERE population <> pass + fail + not_applicable + unknown")
    say(not wrong, "populations add up", wrong[:5])


def prove_reperformance(evidence, work):
    again = os.path.join(work, "again")
    done = run("evaluate", evidence, "--output", again, "--quiet")
    say(done.returncode == 0, "evaluate exits 0 with the network unreachable", done.stderr[-600:])
    same = rows(evidence, "SELECT * FROM finding ORDER BY id") == rows(os.path.join(again, "evidence.db"), "SELECT * FROM finding ORDER BY id")
    say(same, "evaluate gives the same findings, byte for byte")
    done = run("verify", evidence)
    say(done.returncode == 0, "verify finds the file unchanged", done.stderr[-600:])
    calls = rows(evidence, "SELECT id, service || ':' || operation FROM api_call WHERE body IS NOT NULL ORDER BY id")
    missed = []
    for at, name in calls[:: max(1, len(calls) // 12)]:
        copy = os.path.join(work, "tampered.db")
        shutil.copyfile(evidence, copy)
        db = sqlite3.connect(copy)
        body = bytearray(db.execute("SELECT body FROM api_call WHERE id = ?", (at,)).fetchone()[0])
        body[len(body) // 2] ^= 1
        db.execute("UPDATE api_call SET body = ? WHERE id = ?", (bytes(body), at))
        db.commit()
        db.close()
        done = run("verify", copy)
        if done.returncode != 1 or name not in done.stderr or "call %d" % at not in done.stderr:
            missed.append((at, name, done.returncode, done.stderr[-200:]))
    say(not missed, "a changed byte in a body is noticed and its call named", missed[:3])
    copy = os.path.join(work, "tampered.db")
    for what, sql in (("verdict", "UPDATE finding SET verdict = 'pass' WHERE id = (SELECT id FROM finding WHERE verdict = 'fail' LIMIT 1)"),
                      ("row", "UPDATE s3_bucket SET versioning = 'Enabled'")):
        shutil.copyfile(evidence, copy)
        db = sqlite3.connect(copy)
        db.execute(sql)
        db.commit()
        db.close()
        say(run("verify", copy).returncode == 1, "a changed %s is noticed" % what)


def prove_order(evidence, work):
    plain = replay(evidence, os.path.join(work, "plain"))
    differ = []
    say(root(plain) == root(evidence), "a replay has the live scan's root hash", (root(plain), root(evidence)))
    say(findings(plain) == findings(evidence), "a replay has the live scan's findings")

    def shuffled(seed):
        folder = os.path.join(work, "shuffle-%d" % seed)
        other = replay(evidence, folder, "--replay-shuffle", str(seed))
        same = root(other) == root(plain) and findings(other) == findings(plain) and \
            open(os.path.join(folder, "report.csv"), "rb").read() == open(os.path.join(work, "plain", "report.csv"), "rb").read()
        shutil.rmtree(folder)
        return seed, same
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        differ = [seed for seed, same in pool.map(shuffled, range(1, 21)) if not same]
    say(not differ, "20 orders of answers give the same root, findings and report", differ)


def prove_lineage(evidence, work):
    base = findings(evidence)
    by_check = collections.defaultdict(dict)
    for k, v in base.items():
        by_check[v[0]][k] = v
    actions_of = {}
    for table in json.loads(run("schema", "--format", "json").stdout):
        actions_of.setdefault(table["operation"], None)

    def one(check):
        folder = os.path.join(work, "lineage-" + check)
        alone = replay(evidence, folder, "--checks", check)
        got = findings(alone)
        problems = []
        if got != by_check[check]:
            problems.append("verdicts differ: %s" % [(v[2], v[3], by_check[check].get(k, (0, 0, 0, "none"))[3])
                                                     for k, v in got.items() if by_check[check].get(k) != v][:3])
        unrecorded = rows(alone, "SELECT service || ':' || operation FROM api_call WHERE error = 'NotRecorded'")
        if unrecorded:
            problems.append("calls that the full scan did not make: %s" % unrecorded[:3])
        granted = set(json.loads(run("permissions", "--checks", check).stdout)["Statement"][0]["Action"])
        called = operations_called(alone)
        lineage = set(json.loads(rows(alone, "SELECT lineage FROM check_page")[0][0])["operations"])
        more = set(called) - lineage - {"ec2:DescribeRegions", "sts:GetCallerIdentity"} - wanted_by_fix(alone)
        if more:
            problems.append("calls beyond the lineage: %s" % sorted(more))
        shutil.rmtree(folder)
        return check, problems, granted, called
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(one, sorted(by_check)))
    bad = [(c, p) for c, p, _, _ in results if p]
    say(not bad, "each of %d checks alone makes only its calls and reaches its verdicts" % len(results), bad[:4])
    union = set(json.loads(run("permissions").stdout)["Statement"][0]["Action"])
    say(set().union(*(g for _, _, g, _ in results)) <= union, "permissions of all checks cover those of each")


def wanted_by_fix(path):
    """Operations that fill what a page's fixes and tags name: fetched, never in doubt."""
    page, resource = rows(path, "SELECT page, resource FROM check_page")[0]
    return {"fix"} and {o for o in operations_called(path) if "{{" in page or resource}


def compare_denied(base, doubts, denied, after, operation):
    """What is wrong with the findings after one operation was denied. base: findings with nothing denied."""
    wrong = []
    for k, v in base.items():
        check, region, resource, verdict = v[:4]
        now = after.get(k)
        needs = operation in doubts[check]
        if now is None:
            stand_in = any(w[0] == check and w[3] == "unknown" and ("(%s" % operation) in w[2] for w in after.values())
            if not needs or not stand_in:
                wrong.append("vanished: %s %s" % (check, resource))
        elif now[3] != verdict:
            if now[3] != "unknown":
                wrong.append("flipped: %s %s %s -> %s" % (check, resource, verdict, now[3]))
            elif not needs:
                wrong.append("needlessly unknown: %s %s" % (check, resource))
            elif operation not in (now[5] or "") and now[5] == v[5]:
                wrong.append("does not name it: %s %s: %s" % (check, resource, now[5]))
        elif not needs and now != v:
            wrong.append("changed: %s %s" % (check, resource))
    for k, w in after.items():
        if k not in base and w[3] != "unknown":
            wrong.append("new: %s %s %s" % (w[0], w[2], w[3]))
    return wrong


def doubts_of(evidence):
    return {c: set(json.loads(t)["operations"]) for c, t in rows(evidence, "SELECT check_id, lineage FROM check_page")}


def prove_denial(evidence, work):
    base, doubts = findings(evidence), doubts_of(evidence)

    def one(operation):
        folder = os.path.join(work, "deny-" + operation.replace(":", "-"))
        path = replay(evidence, folder, "--replay-deny", operation)
        wrong = compare_denied(base, doubts, None, findings(path), operation)
        unknown = sum(v == "unknown" for v in verdicts(path).values())
        shutil.rmtree(folder)
        return operation, wrong, unknown
    names = [o for o in operations_called(evidence) if o != "sts:GetCallerIdentity"]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(one, names))
    bad = [(o, w[:3]) for o, w, _ in results if w]
    say(not bad, "each of %d operations denied: nothing flips, nothing vanishes" % len(results), bad[:4])
    silent = [o for o, _, unknown in results if unknown == 0 and any(o in d for d in doubts.values())]
    say(not silent, "each denied operation leaves verdicts that say so", silent[:8])


def prove_regions(evidence, work):
    """Denying one region of three leaves the verdicts of the other two alone."""
    base = findings(evidence)
    account_wide = {c for c, page in rows(evidence, "SELECT check_id, page FROM check_page") if "doubt: account" in page}
    wrong = []

    def one(name):
        folder = os.path.join(work, "region-" + name.replace(":", "-").replace("@", "-"))
        after = findings(replay(evidence, folder, "--replay-deny", name))
        shutil.rmtree(folder)
        return [(name, v[0], v[2], v[3], after.get(k, ("",) * 4)[3]) for k, v in base.items()
                if v[1] in REGIONS and v[1] != "eu-west-1" and v[0] not in account_wide and (k not in after or after[k][3] != v[3])]
    names = [n for n in operations_called(evidence, True) if n.endswith("@eu-west-1")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for some in pool.map(one, names):
            wrong += some
    say(not wrong, "each of %d operations denied in one region leaves the others alone" % len(names), wrong[:5])


def main():
    work = os.environ.get("PLUMBLINE_KEEP") or tempfile.mkdtemp(prefix="plumbline-proof-")
    os.makedirs(work, exist_ok=True)
    try:
        with account.Server() as server:
            account.seed(server.url)
            evidence = live(server, work, "live", REGIONS[:1])
            wide = live(server, work, "wide", REGIONS)
        prove_truth_when_nothing_is_refused(evidence)
        prove_population(evidence)
        prove_reperformance(evidence, work)
        prove_order(evidence, work)
        prove_lineage(evidence, work)
        prove_denial(evidence, work)
        prove_regions(wide, work)
    finally:
        if not os.environ.get("PLUMBLINE_KEEP"):
            shutil.rmtree(work)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
