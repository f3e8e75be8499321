#!/usr/bin/env python3
"""Makes fixtures/demo: the recorded account of a company that does not exist.

    PLUMBLINE=zig-out/bin/plumbline .zig-cache/plumbline/tests/bin/python tools/demo.py

A moto server is filled by tools/demo_account.py. A scan that reads every column of every table is recorded through a small proxy
that gives the answers of tools/demo_answers.py where moto has none or a wrong one. What was recorded is then made the
same on every run: another account id, dates of a story instead of now, numbered request ids, records in order.
"""

import datetime
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

import account  # noqa: E402
import demo_account  # noqa: E402
import demo_answers  # noqa: E402

OUT = ROOT / "fixtures/demo"
BINARY = os.path.abspath(os.environ.get("PLUMBLINE", ROOT / "zig-out/bin/plumbline"))
MARK = "%%% "
OURS, MOTOS = demo_answers.ACCOUNT, demo_account.ACCOUNT  # of one length
CEILING = 1500000
SCANNED = datetime.datetime.fromisoformat(demo_answers.SCANNED.replace("Z", "+00:00"))


# ---- A proxy that knows better than moto


class Proxy(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, upstream, facts):
        super().__init__(("127.0.0.1", 0), Relay)
        self.facts = facts
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.url = "http://127.0.0.1:%d" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Relay(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = demo_answers.Request(self.command, self.path, dict(self.headers), body)
        status, headers, answer = demo_answers.own_answer(request, self.server.facts) or self.ask(body)
        answer = demo_answers.corrected(request, status, answer, self.server.facts)
        self.send_response(status)
        if answer.startswith(b"{") and "json" not in headers.get("Content-Type", ""):
            headers["Content-Type"] = "application/json"  # moto says text/html
        for name, value in headers.items():
            if name.lower() == "content-type" or name.lower().startswith("x-amz"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer if self.command != "HEAD" else b"")

    do_POST = do_PUT = do_HEAD = do_GET

    def ask(self, body):
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        try:
            headers = {name: value.replace(OURS, MOTOS) for name, value in self.headers.items()}
            path, body = self.path.replace(OURS, MOTOS), body.replace(OURS.encode(), MOTOS.encode())
            upstream.request(self.command, path, body=body, headers=headers)
            answer = upstream.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().replace(MOTOS.encode(), OURS.encode())
        finally:
            upstream.close()

    def log_message(self, *_):
        pass


# ---- A scan of everything


def write_pages(folder):
    """One page for each table, that reads a column of each operation: the scan then asks all there is."""
    text = subprocess.run([BINARY, "schema", "--format", "json"], check=True, stdout=subprocess.PIPE).stdout
    schema = json.loads(text)
    tables = schema["tables"] if isinstance(schema, dict) else schema
    for table in tables:
        columns = {}
        for column in table["columns"]:
            columns.setdefault(column["operation"], column["name"])
        reads = " || ".join("coalesce(max(\"%s\"), '')" % name for name in columns.values())
        (folder / "demo").mkdir(parents=True, exist_ok=True)
        (folder / "demo" / (table["name"] + ".md")).write_text(
            "---\nseverity: low\nresource: account\n---\n# All is read\n\nSo that it is recorded.\n\n```sql\n"
            "SELECT a.arn, 'pass' AS verdict, (SELECT %s FROM \"%s\") AS observed FROM account a\n```\n" % (reads, table["name"]))


def record(work):
    pages, kept = work / "pages", work / "record"
    write_pages(pages)
    with account.Server(managed_policies=True) as server:
        server.reset()
        facts = json.dumps(demo_account.seed(server.url)).replace(MOTOS, OURS)
        proxy = Proxy(server.url, json.loads(facts))
        environment = account.scan_environment(proxy.url)  # its home is us-east-1, as the demo's
        done = subprocess.run([BINARY, "scan", "--checks-dir", str(pages), "--output", str(work / "out"), "--format", "csv",
                               "--record", str(kept)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("the scan that is recorded ended with %d:\n%s" % (done.returncode, done.stderr))
    check_refused(work / "out/evidence.db")
    return kept


def check_refused(evidence):
    """Nothing is refused but what shall be."""
    db = sqlite3.connect(evidence)
    rows = db.execute("SELECT service || ':' || operation, group_concat(DISTINCT region), error, substr(message, 1, 200) FROM api_call "
                      "WHERE outcome IN ('refused', 'not_offered') GROUP BY 1, 3 ORDER BY 1").fetchall()
    db.close()
    wrong = ["%s in %s: %s %s" % row for row in rows if row[0] not in demo_answers.REFUSED]
    wrong += ["%s was not refused" % name for name in sorted(demo_answers.REFUSED - {row[0] for row in rows})]
    if wrong:
        sys.exit("fixtures/demo is left as it was; tools/demo_answers.py lacks:\n  " + "\n  ".join(wrong))


# ---- The recording made the same on every run


def read_records(folder):
    """{file: [(key, rest)]}, the last of equal keys."""
    files = {}
    for path in sorted(folder.glob("*.txt")):
        records = {}
        for part in re.split(r"(?m)^%%% ", path.read_text(encoding="utf-8"))[1:]:
            key, rest = part.split("\n", 1)
            records[AUTOMATIC.sub(r"\1-2026-11-20-03-12", key)] = rest
        files[path.name] = sorted(records.items())
    return files


STAMP = re.compile(r"(?P<iso>20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:?00)?)|(?P<epoch>(?<![\d.\-\w])1[78]\d{8}(?:\.\d+)?(?![\d\-\w]))"
                   r"|(?P<milli>(?<![\d.\-\w])1[78]\d{11}(?![\d\-\w]))")


def told(seed):
    """The time of the recording becomes one between two years and three weeks before the scan."""
    number = int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16)
    return SCANNED - datetime.timedelta(days=21 + number % 700, seconds=number // 700 % 86400)


def retime(text, key, made):
    """Times that moto counted from now, counted from the scan instead."""
    count = [0]

    def replace(match):
        stamp = match.group()
        if match["iso"]:
            when = datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00").replace(" ", "T"))
            when = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        else:
            when = datetime.datetime.fromtimestamp(float(stamp) / (1000 if match["milli"] else 1), datetime.timezone.utc)
        days = round((when - made) / datetime.timedelta(days=1))
        if abs(when - made - datetime.timedelta(days=days)) > datetime.timedelta(minutes=10) or not 0 <= days < 2000:
            return stamp
        count[0] += 1
        when = SCANNED + datetime.timedelta(days=days) if days else told("%s %d" % (key, count[0]))
        if match["milli"]:
            return str(int(when.timestamp()) * 1000)
        if match["epoch"]:
            return str(int(when.timestamp()))
        return when.strftime("%Y-%m-%dT%H:%M:%SZ")

    return STAMP.sub(replace, text)


REQUEST_ID = re.compile(r"(<(?:RequestId|requestId|RequestID)>)[^<]*(<)|(?i:^(x-amzn?-request-?id: ))\S*", re.MULTILINE)


UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
# Headers about the bytes as they were, and a rule's number, which is an address in moto's memory.
PASSING = re.compile(r"(?im)^(?:x-amz-crc32|etag): .*\n")
RULE = re.compile(r"(listener-rule/[^<\"]*?/)(\d{13,16})(?=[<\"])")


def uuid_of(seed):
    number = hashlib.sha256(seed.encode()).hexdigest()
    return "%s-%s-%s-%s-%s" % (number[:8], number[8:12], number[12:16], number[16:20], number[20:32])


# The day and minute in the name of a snapshot that RDS made by itself.
AUTOMATIC = re.compile(r"(rds:[a-z-]+?)-20\d\d-\d\d-\d\d-\d\d-\d\d")


def tidied(key, rest, made, names):
    """Ids that are new on each run count from the record's own name, so that they stay when others come."""
    rest = AUTOMATIC.sub(r"\1-2026-11-20-03-12", PASSING.sub("", rest))
    rest = REQUEST_ID.sub(lambda m: (m[1] or m[3]) + uuid_of(key) + (m[2] or ""), rest)
    rest = RULE.sub(lambda m: m[1] + hashlib.sha256(m[1].encode()).hexdigest()[:16], rest)
    head, blank, body = rest.partition("\n\n")
    body = UUID.sub(lambda m: names.setdefault(m[0], uuid_of("%s %d" % (key, len(names)))), body)
    return retime(head + blank + body, key, made)


def write_records(files, made):
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    size = 0
    # Ids that a request names stay: the answers that tell them must agree.
    names = {found: found for records in files.values() for key, _ in records for found in UUID.findall(key)}
    for name, records in files.items():
        text = "".join(MARK + key + "\n" + tidied(key, rest, made, names) for key, rest in records)
        size += len(text.encode())
        (OUT / name).write_text(text, encoding="utf-8")
    (OUT / "recorded_at").write_text(demo_answers.SCANNED + "\n")
    print("fixtures/demo: %d files, %d records, %d bytes" % (len(files), sum(map(len, files.values())), size))
    if size > CEILING:
        sys.exit("that is more than %d bytes: something answers far too much" % CEILING)


def main():
    with tempfile.TemporaryDirectory(prefix="plumbline-demo-") as work:
        work = pathlib.Path(work)
        made = datetime.datetime.now(datetime.timezone.utc)
        write_records(read_records(record(work)), made)


if __name__ == "__main__":
    main()
