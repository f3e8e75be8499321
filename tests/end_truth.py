"""Nothing is claimed that was not seen: files of scans that asked less, that were killed, or whose record was changed.

Works on the demo account's evidence. Prints `ok NAME` and `not ok NAME: why`; exit 1 where one failed. Needs PLUMBLINE
(the binary).
"""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(os.environ["PLUMBLINE"])
failed = 0


def say(ok, name, why=""):
    global failed
    failed += not ok
    print("ok %s" % name if ok else "not ok %s: %s" % (name, str(why)[:900]), flush=True)


def run(*words, **more):
    plain = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return subprocess.run([BINARY, *words], env=plain, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, **more)


def verdicts(path):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    try:
        return {(c, r, a): v for c, r, a, v in db.execute("SELECT check_id, region, resource, verdict FROM finding")}
    finally:
        db.close()


def changed(source, path, sql):
    shutil.copyfile(source, path)
    db = sqlite3.connect(path)
    db.executescript(sql)
    db.commit()
    db.close()
    return path


def contradictions(whole, part):
    """Verdicts other than unknown that the whole evidence does not give."""
    full = verdicts(whole)
    return [(k, v, full.get(k)) for k, v in verdicts(part).items() if v != "unknown" and full.get(k) != v]


def prove_less_asked(whole, work):
    wrong, silent = [], []
    for check in ("s3_bucket_versioned", "kms_*", "iam_root_*"):
        one, all_ = os.path.join(work, "one"), os.path.join(work, "all")
        for folder in (one, all_):
            shutil.rmtree(folder, ignore_errors=True)
        done = run("scan", "--replay", whole, "--checks", check, "--output", one, "--format", "csv", "--quiet")
        again = run("evaluate", one + "/evidence.db", "--checks", "*", "--output", all_, "--format", "csv", "--quiet")
        if done.returncode or again.returncode:
            wrong.append((check, done.stderr[-200:], again.stderr[-200:]))
            continue
        wrong += contradictions(whole, all_ + "/evidence.db")
        seen = {k[0] for k in verdicts(all_ + "/evidence.db")}
        silent += sorted({k[0] for k in verdicts(whole)} - seen)
    say(not wrong, "evidence of few checks is judged by all: what was not asked is unknown", wrong[:4])
    say(not silent, "no check is silent about what was not asked", silent[:8])


def prove_killed(whole, work):
    calls = sqlite3.connect(whole).execute("SELECT count(*) FROM api_call").fetchone()[0]
    wrong, codes = [], []
    for kept in (0, 1, 5, calls // 4, calls // 2, calls - 3):
        path = changed(whole, os.path.join(work, "killed.db"),
                       "UPDATE scan SET state = 'running', root_hash = NULL, finished_at = NULL; DELETE FROM finding;"
                       "DELETE FROM coverage; DELETE FROM api_call WHERE id > %d;" % kept)
        for words in (("evaluate", path, "--output", work + "/no"), ("report", path, "--output", work + "/no"), ("verify", path)):
            done = run(*words)
            if done.returncode != 1 or b"--replay" not in done.stderr:
                wrong.append((kept, words[0], done.returncode, done.stderr[-200:]))
        shutil.rmtree(work + "/rest", ignore_errors=True)
        done = run("scan", "--replay", path, "--output", work + "/rest", "--format", "csv", "--quiet")
        codes.append(done.returncode)
        if done.returncode == 5:
            wrong += contradictions(whole, work + "/rest/evidence.db")
    say(not wrong, "a killed scan's file is not judged as if it were whole", wrong[:4])
    say(set(codes) == {5}, "its replay is incomplete, and says so", codes)
    say(not os.path.exists(work + "/no"), "nothing is written for it")


def prove_record(whole, work):
    """What stands beside the answers and decides verdicts is proven too."""
    missed = []
    for sql in ("UPDATE api_call SET outcome = 'absent' WHERE outcome = 'refused'",
                "UPDATE api_call SET outcome = 'absent', error = 'NoSuchBucketPolicy' WHERE outcome = 'refused'",
                "UPDATE api_call SET message = 'x' WHERE outcome = 'refused'",
                "UPDATE api_call SET parent = NULL WHERE operation = 'GetBucketPolicy'",
                "UPDATE call_subject SET item = item + 1 WHERE call IN (SELECT id FROM api_call WHERE operation = 'GetBucketPolicy')",
                "UPDATE scan SET started_at = '2020-01-01T00:00:00Z'",
                "UPDATE scan SET state = 'incomplete'",
                "UPDATE scan SET caller_arn = 'arn:aws:iam::528491072345:user/nobody'",
                "UPDATE coverage SET unknown = unknown - 1, pass = pass + 1 WHERE unknown > 0",
                "DELETE FROM coverage WHERE check_id = 's3_bucket_versioned'",
                "UPDATE call_subject SET arn = 'arn:aws:s3:::other' WHERE arn IS NOT NULL",
                "INSERT INTO not_asked VALUES ('s3:GetBucketAcl', 'us-east-1', NULL)",
                "INSERT INTO known_gap VALUES ('iam:GetUser', 'aws-global', 'x', 1, 'y')",
                "UPDATE finding_call SET call = call + 100000 WHERE call = (SELECT max(call) FROM finding_call)",
                "DELETE FROM finding_call WHERE call = (SELECT max(call) FROM finding_call)",
                "UPDATE check_page SET severity = 'low' WHERE check_id = 's3_bucket_policy_not_publicly_writable'",
                "UPDATE check_page SET page = replace(page, 'Enabled', 'enabled') WHERE check_id = 's3_bucket_versioned'",
                "UPDATE check_page SET fix_sh = 'rm -rf /' WHERE check_id = 's3_bucket_versioned'",
                "UPDATE check_page SET sha256 = 'x' WHERE check_id = 's3_bucket_versioned';"
                "UPDATE finding SET verdict = 'pass' WHERE check_id = 's3_bucket_versioned'",
                "DELETE FROM check_page WHERE check_id = 's3_bucket_versioned'",
                "DELETE FROM check_page WHERE check_id = 's3_bucket_versioned';"
                "UPDATE finding SET verdict = 'pass' WHERE check_id = 's3_bucket_versioned'",
                "UPDATE scan SET options = '{\"regions\":[\"eu-west-1\"]}'"):
        done = run("verify", changed(whole, os.path.join(work, "changed.db"), sql))
        if done.returncode != 1:
            missed.append((sql, done.returncode, done.stderr[-200:]))
    say(not missed, "a changed record beside an answer is noticed", missed)
    path = os.path.join(work, "page.db")
    with sqlite3.connect(whole) as db:
        at = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'api_call_operation'").fetchone()[0]
    data = open(whole, "rb").read()
    page = int.from_bytes(data[16:18], "big")
    with open(path, "wb") as file:
        file.write(data[:(at - 1) * page] + bytes(page) + data[at * page:])
    done = run("verify", path)
    say(done.returncode == 1 and b"page.db" in done.stderr, "a page of the file that is overwritten is noticed", (done.returncode, done.stderr[-300:]))
    missed = []
    for sql in ("UPDATE control SET title = title || 'x' WHERE framework = 'cis_aws_7.0' AND position = 1",
                "DELETE FROM control_check WHERE framework = 'cis_aws_7.0'",
                "DELETE FROM check_page WHERE check_id = 's3_bucket_versioned'; DELETE FROM finding WHERE check_id = 's3_bucket_versioned';"
                "DELETE FROM coverage WHERE check_id = 's3_bucket_versioned'"):
        done = run("verify", changed(whole, os.path.join(work, "changed.db"), sql))
        if b"this version" not in done.stderr:
            missed.append((sql, done.returncode, done.stderr[-200:]))
    say(not missed, "what another version may have written otherwise is told as such", missed)
    path = changed(whole, os.path.join(work, "changed.db"), "UPDATE api_call SET outcome = 'absent' WHERE outcome = 'refused'")
    done = run("verify", path)
    say(b"finding" in done.stderr and b"s3_bucket" in done.stderr, "the verdicts that it would alter are named", done.stderr[-400:])


def prove_streams(whole, work):
    for words in (("checks", "list"), ("schema",), ("query", whole, "SELECT * FROM finding", "--format", "csv")):
        done = subprocess.run("'%s' %s | head -1 >/dev/null; exit ${PIPESTATUS[0]}" % (BINARY, " ".join("'%s'" % w for w in words)),
                              shell=True, executable="/bin/bash", stderr=subprocess.PIPE, timeout=60)
        say(done.stderr == b"", "%s | head -1 ends quietly" % words[0], done.stderr[-200:])
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, *words], stdout=full, stderr=subprocess.PIPE, timeout=60)
        say(done.returncode == 1 and b"cannot write" in done.stderr, "%s > /dev/full says that it could not write" % words[0],
            (done.returncode, done.stderr[-200:]))
    done = subprocess.run("'%s' demo --output '%s/closed' <&- >&- 2>&-" % (BINARY, work), shell=True, timeout=120)
    same = open(work + "/closed/report.html", "rb").read() == open(work + "/whole/report.html", "rb").read()
    say(done.returncode == 0 and same, "closed streams do not end up in files", done.returncode)


def main():
    with tempfile.TemporaryDirectory() as work:
        done = run("demo", "--output", work + "/whole", "--quiet")
        whole = work + "/whole/evidence.db"
        say(done.returncode == 0, "the demo account is scanned", done.stderr[-300:])
        prove_less_asked(whole, work)
        prove_killed(whole, work)
        prove_record(whole, work)
        prove_streams(whole, work)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
