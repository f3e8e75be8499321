"""No secret of an account reaches a file, a report or a line of output.

The demo account's answers with secrets planted where accounts keep them, also in answers that cannot be decoded and in
messages of errors; then every byte that a scan, an evaluation and each report wrote is searched. Prints `ok NAME` and
`not ok NAME: why`; exit 1 where one failed. Needs PLUMBLINE (the binary).
"""
import base64
import ctypes
import ctypes.util
import gzip
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import zipfile

BINARY = os.path.abspath(os.environ["PLUMBLINE"])
DEMO = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "demo"
WORD = "zq9CanaryKx72qLm"  # in every secret that is planted
PLANTED = "tH9-%s%d-wZ4"
failed = 0


def say(ok, name, why=""):
    global failed
    failed += not ok
    print("ok %s" % name if ok else "not ok %s: %s" % (name, str(why)[:900]), flush=True)


def secret(number):
    return PLANTED % (WORD, number)


class Account:
    """A copy of the demo account whose answers can be changed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        for path in DEMO.iterdir():
            (self.folder / path.name).write_bytes(path.read_bytes())

    def change(self, service, operation, change, status=None, least=1):
        """Changes the bodies of an operation's answers; change(body, n) gives the new one."""
        path = self.folder / (service + ".txt")
        parts = re.split(rb"(?m)^(?=%%% )", path.read_bytes())
        done = 0
        for i, part in enumerate(parts):
            if (" %s %s {" % (service, operation)).encode() not in part.split(b"\n", 1)[0]:
                continue
            head, _, body = part.partition(b"\n\n")
            new = change(body.rstrip(b"\n"), done)
            if new is None:
                continue
            if status:
                lines = head.split(b"\n")
                lines[1] = str(status).encode()
                head = b"\n".join(lines)
            parts[i] = head + b"\n\n" + new + b"\n"
            done += 1
        assert done >= least, (service, operation, done)
        path.write_bytes(b"".join(parts))


def in_json(change):
    def on_body(body, n):
        tree = json.loads(body)
        return json.dumps(tree).encode() if change(tree, n) else None
    return on_body


def plant(account):
    script = "#!/bin/sh\nexport DB_PASSWORD=%s\ncurl -u admin:%s https://x\n" % (secret(1), secret(2))
    texts = [script.encode(), gzip.compress(script.encode()),
             ("Content-Type: multipart/mixed; boundary=\"B\"\nMIME-Version: 1.0\n\n--B\nContent-Type: text/x-shellscript\n\n%s\n--B--\n" % script).encode()]

    def user_data(body, n):
        value = base64.b64encode(texts[n % len(texts)])
        return re.sub(rb"<userData>.*?</userData>|<userData/>", b"<userData><value>" + value + b"</value></userData>", body)
    account.change("ec2", "DescribeInstanceAttribute", user_data, least=3)

    def functions(tree, n):
        for f in tree["Functions"]:
            f["Environment"] = {"Variables": {"DB_PASSWORD": secret(3), "URL": "postgres://u:%s@h/db" % secret(4),
                                              "CONFIG": json.dumps({"client_secret": secret(5)})}}
        return tree["Functions"]
    account.change("lambda", "ListFunctions", in_json(functions))

    def definition(tree, n):
        for c in tree["taskDefinition"]["containerDefinitions"]:
            c["environment"] = [{"name": "API_TOKEN", "value": secret(6)}]
            c["command"] = ["run", "--password", secret(7)]
            c["entryPoint"] = ["sh", "-c", "PASSWORD=%s run" % secret(8)]
        return True
    account.change("ecs", "DescribeTaskDefinition", in_json(definition))

    def stacks(body, n):
        def add(at):
            return at.group(0) + ("<Outputs><member><OutputKey>DbPassword</OutputKey><OutputValue>%s</OutputValue></member></Outputs>"
                                  % secret(9)).encode()
        body = re.sub(rb"<Outputs/>|<Outputs>.*?</Outputs>|<Parameters/>|<Parameters>.*?</Parameters>", b"", body)
        return re.sub(rb"<StackName>[^<]*</StackName>", lambda at: add(at) + (
            "<Parameters><member><ParameterKey>AdminPassword</ParameterKey><ParameterValue>%s</ParameterValue></member></Parameters>"
            % secret(10)).encode(), body)
    account.change("cloudformation", "DescribeStacks", stacks)

    def targets(tree, n):
        for t in tree["Targets"]:
            t["Input"] = json.dumps({"password": secret(11)})
            t["HttpParameters"] = {"HeaderParameters": {"Authorization": "Bearer " + secret(12)}}
        return tree["Targets"]
    account.change("events", "ListTargetsByRule", in_json(targets))


def break_answers(account):
    """What cannot be decoded may hold the same secrets."""
    account.change("lambda", "ListFunctions",
                   lambda body, n: ('{"Functions": [{"Environment": {"Variables": {"DB_PASSWORD": %s}}}]}' % secret(20)).encode())
    account.change("ec2", "DescribeInstanceAttribute", lambda body, n: (
        b"<DescribeInstanceAttributeResponse><userData><value>export DB_PASSWORD=" + secret(21).encode() + b"</value>"), least=3)
    account.change("ecs", "DescribeTaskDefinition", lambda body, n: (
        b'{"__type":"ClientException","message":"DB_PASSWORD=' + secret(22).encode() + b' is no valid value"}'), status=400)
    account.change("cloudformation", "DescribeStacks", lambda body, n: (
        b"<ErrorResponse><Error><Code>ValidationError</Code><Message>parameter DbPassword=" + secret(23).encode() +
        b" is wrong</Message></Error></ErrorResponse>"), status=400)


def unpack(body, encoding):
    if not encoding.endswith("+zstd"):
        return body
    zstd = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    zstd.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    zstd.ZSTD_decompress.restype = ctypes.c_size_t
    size = zstd.ZSTD_getFrameContentSize(body, ctypes.c_size_t(len(body)))
    room = ctypes.create_string_buffer(size)
    got = zstd.ZSTD_decompress(room, ctypes.c_size_t(size), body, ctypes.c_size_t(len(body)))
    return room.raw[:got]


def texts_of(data):
    """The bytes, and what base64 and gzip in them hide."""
    yield data
    for word in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", data):
        try:
            inner = base64.b64decode(word + b"=" * (-len(word) % 4))
        except ValueError:
            continue
        yield inner
        if inner[:2] == b"\x1f\x8b":
            try:
                yield gzip.decompress(inner)
            except OSError:
                pass


def found_in(data):
    return any(WORD.encode() in text for text in texts_of(data))


def search(folder):
    found = []
    for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file()):
        data = path.read_bytes()
        if found_in(data):
            found.append(str(path.relative_to(folder)))
        if data[:15] == b"SQLite format 3":
            db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
            for name, body, encoding in db.execute("SELECT operation, body, encoding FROM api_call WHERE body IS NOT NULL"):
                if found_in(unpack(body, encoding)):
                    found.append("%s: body of %s" % (path.name, name))
            db.close()
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as z:
                found += ["%s: %s" % (path.name, n) for n in z.namelist() if found_in(z.read(n))]
    return sorted(set(found))


def run(*words):
    plain = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return subprocess.run([BINARY, *words], env=plain, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)


def prove(work, name, change, wants_marks):
    account = Account(os.path.join(work, name))
    change(account)
    out = os.path.join(work, name + "-out")
    done = [run("scan", "--replay", str(account.folder), "--output", out, "--format", "html,xlsx,json,csv,fixes"),
            run("evaluate", out + "/evidence.db", "--output", out + "/again"),
            run("verify", out + "/evidence.db"),
            run("report", out + "/evidence.db", "--format", "html,csv", "--output", out + "/reports")]
    codes = [d.returncode for d in done]
    say(codes == [0, 0, 0, 0], "%s: the commands exit 0" % name, (codes, [d.stderr[-200:] for d in done]))
    said = [i for i, d in enumerate(done) if found_in(d.stdout + d.stderr)]
    say(not said, "%s: nothing secret is said" % name, [done[i].stderr[-600:] for i in said])
    found = search(out)
    say(not found, "%s: nothing secret is written" % name, found)
    if wants_marks:
        db = sqlite3.connect(out + "/evidence.db")
        marks = dict(db.execute("SELECT operation, count(*) FROM secret_mark m JOIN api_call c ON c.id = m.call GROUP BY 1"))
        lacks = [o for o in ("DescribeInstanceAttribute", "ListFunctions", "DescribeTaskDefinition", "DescribeStacks", "ListTargetsByRule")
                 if o not in marks]
        say(not lacks, "%s: each place was searched" % name, (lacks, marks))


def main():
    with tempfile.TemporaryDirectory() as work:
        prove(work, "planted", plant, True)
        prove(work, "undecodable", break_answers, False)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
