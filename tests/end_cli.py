"""What people meet at the command line: help, wrong words, missing credentials, damaged files, an interrupt.

Prints `ok NAME` and `not ok NAME: why`; exit 1 where one failed. Needs PLUMBLINE (the binary).
"""
import fcntl
import http.server
import json
import os
import pty
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

BINARY = os.path.abspath(os.environ["PLUMBLINE"])
CHECKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "checks")
failed = 0
bare = {"PATH": os.environ["PATH"], "HOME": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
keyed = dict(bare, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_REGION="us-east-1")


def say(ok, name, why=""):
    global failed
    failed += not ok
    print("ok %s" % name if ok else "not ok %s: %s" % (name, str(why).replace("\n", " | ")[:700]), flush=True)


def run(*words, env=None, cwd=None):
    return subprocess.run([BINARY, *words], env=env or bare, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=120, errors="replace")


def expect(name, done, status, *texts):
    both = done.stdout + done.stderr
    missing = [t for t in texts if t not in both]
    say(done.returncode == status and not missing, name, "exit %d, wanted %d; missing %s in: %s" % (done.returncode, status, missing, both))


def test_help(work):
    expect("no words print the overview", run(), 0, "usage: plumbline COMMAND", "plumbline demo")
    expect("--help prints the overview", run("--help"), 0, "usage: plumbline COMMAND")
    for line in run("help").stdout.splitlines():
        if line.startswith("  ") and line[2] != " ":
            name = line.split()[0]
            one, two = run("help", name), run(name, "--help")
            say(one.returncode == two.returncode == 0 and one.stdout == two.stdout and "plumbline %s" % name in one.stdout,
                "help %s answers" % name, one.stdout + two.stdout + two.stderr)
            check_layout(name, one.stdout)
    expect("version", run("version"), 0, "plumbline ")
    expect("--version", run("--version"), 0, "plumbline ")
    expect("version --verbose names libraries", run("version", "--verbose"), 0, "sqlite 3.", "openssl ", "libcurl ")


def check_layout(name, text):
    """Prose is filled to the width and no further; examples can be pasted."""
    prose, _, examples = text.partition("\nExamples:\n")
    wide = [line for line in text.splitlines() if len(line) > 80 and not line.startswith("  plumbline ")]
    about = [part for part in prose.partition("\nOptions:\n")[0].split("\n\n") if "   " not in part]
    short = [a for part in about for a, b in zip(part.splitlines(), part.splitlines()[1:]) if len(a) + 1 + len(b.split()[0]) <= 80]
    say(not wide and not short, "help %s: lines are filled to the width" % name, wide + short)
    say(all(line.startswith("  plumbline ") for line in examples.splitlines()) and not text.endswith("\n\n"),
        "help %s: an example is a line" % name, examples)


def test_usage(work):
    cases = [
        ("an unknown command", ("scna",), "scan"),
        ("an unknown option", ("scan", "--ouput", "x"), "--output"),
        ("an option without its value", ("scan", "--output"), "--output"),
        ("a word too many", ("version", "now"), "now"),
        ("an unknown check", ("scan", "--checks", "s3_bucket_versionned", "--output", "made"), "s3_bucket_versioned"),
        ("an unknown region", ("scan", "--regions", "us-esat-1", "--output", "made"), "us-east-1"),
        ("an unknown format", ("scan", "--format", "htm", "--output", "made"), "html"),
        ("an unknown severity", ("scan", "--fail-on", "severe", "--output", "made"), "high"),
        ("an unknown framework", ("scan", "--framework", "cis_aws_7", "--output", "made"), "cis_aws_7.0"),
        ("an unknown service", ("call", "s4", "ListBuckets"), "s3"),
        ("an unknown operation", ("call", "s3", "ListBukets"), "ListBuckets"),
        ("a write", ("call", "s3", "DeleteBucket", "Bucket=a"), ""),
        ("an input that the operation lacks", ("call", "s3", "GetBucketPolicy", "Buckett=a"), "Bucket"),
        ("an input without a value", ("call", "s3", "GetBucketPolicy", "Bucket"), "Bucket"),
        ("an unknown format of a query", ("query", "x.db", "SELECT 1", "--format", "xml"), "json"),
        ("an unknown check to show", ("checks", "show", "s3_bucket_versionned"), "s3_bucket_versioned"),
        ("an unknown verb of checks", ("checks", "lst"), "list"),
        ("an unknown table", ("schema", "s3_buckets"), "s3_buckets"),
        ("an unknown framework to show", ("frameworks", "cis_aws_9.9"), "cis_aws_"),
        ("an unknown region to ask first", ("scan", "--region", "us-esat-1", "--output", "made"), "us-east-1"),
        ("an unknown region to call", ("call", "s3", "ListBuckets", "--region", "us-esat-1"), "us-east-1"),
        ("an empty list of checks", ("scan", "--checks", "", "--output", "made"), "--checks"),
        ("a list of no checks", ("scan", "--checks", ",", "--output", "made"), "--checks"),
        ("a list of no frameworks", ("scan", "--framework", ", ", "--output", "made"), "--framework"),
        ("a list of no regions", ("scan", "--regions", ",", "--output", "made"), "--regions"),
        ("a folder without a name", ("scan", "--output", ""), "--output"),
        ("an address that is none", ("scan", "--endpoint-url", "localhost:5000", "--output", "made"), "http"),
        ("an operation to deny that is not known", ("demo", "--replay-deny", "s3:ListBukets", "--output", "made"), "s3:ListBuckets"),
        ("a seed that is no number", ("demo", "--replay-shuffle", "x", "--output", "made"), "--replay-shuffle"),
        ("an unknown severity to evaluate", ("evaluate", "x.db", "--output", "made", "--fail-on", "hgh"), "high"),
        ("an unknown layout of checks", ("checks", "list", "--format", "xml"), "json"),
        ("an unknown layout of the schema", ("schema", "--format", "xml"), "json"),
        ("a near name of a table", ("schema", "s3_buckt"), "s3_bucket"),
        ("a word too many for a list", ("checks", "list", "s3_bucket_versioned"), "show"),
        ("a word too many for frameworks", ("frameworks", "list", "cis_aws_7.0"), "cis_aws_7.0"),
        ("frameworks show without a name", ("frameworks", "show"), "NAME"),
        ("a folder of pages that is not there", ("scan", "--checks-dir", "nowhere", "--output", "made"), "nowhere"),
        ("evaluate without a folder", ("evaluate", "x.db"), "--output"),
    ]
    for name, words, text in cases:
        done = run(*words, cwd=work, env=keyed)
        expect("%s: exit 2 and what is nearest" % name, done, 2, text)
        say(": %s: " % words[0] not in done.stderr and "\nTry 'plumbline help" in done.stderr and done.stderr.count("\n") == 2,
            "%s: one line says what is wrong, one what helps" % name, done.stderr)
    say(not os.path.exists(os.path.join(work, "made")), "wrong words write nothing")


def test_credentials(work):
    done = run("scan", "--output", os.path.join(work, "nobody"), cwd=work)
    places = [done.stderr.find(name) for name in ("environment: ", "assumed role: ", "web identity: ", "config file: ", "instance metadata: ",
                                                  "aws configure")]
    say(done.returncode == 1 and places == sorted(places) and places[0] > 0, "no credentials: exit 1, what was tried, in order, and what to do",
        done.stderr)
    with open(os.path.join(work, "config"), "w") as f:
        f.write("[profile production]\nregion = us-east-1\n")
    done = run("scan", "--output", "x", "--profile", "prodution", cwd=work, env=dict(bare, AWS_CONFIG_FILE=os.path.join(work, "config")))
    expect("a near name of a profile", done, 1, "did you mean 'production'?")
    done = run("scan", "--output", "x", cwd=work, env=dict(bare, AWS_PROFILE="missing"))
    say(done.returncode == 1 and "missing" in done.stderr, "a profile that is not there is named", done.stderr)
    done = run("scan", "--output", os.path.join(work, "refused"), env=dict(keyed, AWS_ENDPOINT_URL="http://127.0.0.1:9"), cwd=work)
    say(done.returncode == 1 and "GetCallerIdentity" in done.stderr, "an endpoint that refuses is an error that names the call", done.stderr)


def test_folder(work):
    path = os.path.join(work, "file")
    open(path, "w").close()
    done = run("scan", "--output", os.path.join(path, "out"), env=dict(keyed, AWS_ENDPOINT_URL="http://127.0.0.1:9"))
    say(done.returncode == 1 and "GetCallerIdentity" not in done.stderr and path in done.stderr,
        "a folder that cannot be made: said before the first request", done.stderr)
    done = run("demo", "--quiet", "--output", "/proc/plumbline")
    say(done.returncode == 1, "a folder that cannot be written is an error", done.stderr)


def test_files(work):
    for name, content in (("empty", b""), ("text", b"no database at all\n" * 50), ("half", b"SQLite format 3\0" + b"\xff" * 5000)):
        path = os.path.join(work, name + ".db")
        with open(path, "wb") as f:
            f.write(content)
        for words in (("evaluate", path, "--output", os.path.join(work, "no")), ("report", path), ("verify", path)):
            done = run(*words)
            say(done.returncode == 1 and path in done.stderr, "%s of a file that is %s: said so" % (words[0], name), "exit %d: %s" % (done.returncode, done.stderr))
    path = os.path.join(work, "foreign.db")
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t(x)")
    db.execute("INSERT INTO t VALUES (7), (NULL), ('a,\"b'), (x'00ff')")
    db.commit()
    db.close()
    done = run("verify", path)
    say(done.returncode == 1 and "no evidence file" in done.stderr, "a foreign SQLite file is told apart", done.stderr)
    done = run("query", path, "SELECT x, cidr_is_internet('0.0.0.0/0') AS open FROM t", "--format", "json")
    rows = json.loads(done.stdout)
    say([r["x"] for r in rows] == [7, None, 'a,"b', "2 bytes"] and rows[0]["open"] == 1, "query prints JSON of any SQLite file", done.stdout)
    done = run("query", path, "SELECT x FROM t", "--format", "csv")
    say('"a,""b"' in done.stdout and done.returncode == 0, "query prints CSV", done.stdout)
    done = run("query", path, "SELECT 'a' || char(10) || 'b' AS two, 1 AS n WHERE 0", "--format", "csv")
    say(done.returncode == 0 and done.stdout == "two,n\n", "CSV of no rows has its heading", repr(done.stdout))
    done = run("query", path, "SELECT 'a' || char(10) || 'b' AS two", "--format", "csv")
    say(done.stdout == 'two\n"a\nb"\n', "a line break in a cell of CSV stands", repr(done.stdout))
    done = run("query", path, "SELECT 1 AS n, 2 AS n, 9e999 AS big", "--format", "json")
    say(json.loads(done.stdout or "[]") == [{"n": 1, "n_2": 2, "big": None}], "columns of one name are told apart in JSON", done.stdout)
    done = run("query", path, "SELECT 'é' AS letter, 22 AS number UNION ALL SELECT 'abcdefghij', 1")
    say(done.stdout == "letter     | number\né          | 22\nabcdefghij | 1\n", "a table is aligned", done.stdout)
    expect("a second statement is refused, not left out", run("query", path, "SELECT 1; SELECT 2"), 1, "one statement")
    expect("a semicolon and a comment after it are none", run("query", path, "SELECT 1 AS n ; -- done"), 0, "n")
    done = run("query", path, "VACUUM INTO 'copy.db'", cwd=work)
    say(done.returncode == 1 and not os.path.exists(os.path.join(work, "copy.db")), "query writes no other file either", done.stderr)
    os.mkfifo(os.path.join(work, "pipe.db"))
    for words in (("report", "pipe.db"), ("query", "pipe.db", "SELECT 1"), ("scan", "--replay", "pipe.db", "--output", "no")):
        done = run(*words, cwd=work, env=keyed)
        expect("%s of a pipe does not wait for it" % words[0], done, 1, "pipe.db")
    expect("query prints a table", run("query", path, "SELECT x AS heading FROM t"), 0, "heading", "7")
    expect("a query with a mistake is an error", run("query", path, "SELECT y FROM t"), 1, "y")
    say(run("query", path, "DELETE FROM t").returncode == 1 and sqlite3.connect(path).execute("SELECT count(*) FROM t").fetchone()[0] == 4,
        "query changes nothing")
    expect("a file that is not there", run("report", os.path.join(work, "gone.db")), 1, "gone.db")


PAGE = """---
severity: medium
resource: s3_bucket
---
# The bucket is here

It is here.

```sql
%s
```

## Examples
| case | versioning | verdict |
|------|------------|---------|
| a    | Enabled    | pass    |
| b    |            | fail    |
| c    | !GetBucketVersioning AccessDenied | unknown |
"""
GOOD = "SELECT arn, iif(versioning = 'Enabled', 'pass', 'fail') AS verdict, 'x' AS observed FROM s3_bucket"


def test_pages(work):
    folder = os.path.join(work, "pages", "my")
    os.makedirs(folder)
    path = os.path.join(folder, "page.md")

    def page(text):
        with open(path, "w", errors="surrogateescape") as f:
            f.write(text)
        return run("checks", "test", "my_page", "--checks-dir", os.path.join(work, "pages"))
    def fix_of(name):
        return (PAGE % GOOD).replace("## Examples", "## Fix\n```sh\naws s3api get-bucket-acl --bucket {{name|text}} --x %s\n```\n\n## Examples" % name)
    expect("a good page passes its test", page(PAGE % GOOD), 0, "3 cases")
    expect("a page with a fix passes its test", page(fix_of("{{region}} {{resolve:ssm:x}} {{arn|json}}")), 0, "3 cases")
    expect("a page that begins with a byte order mark passes its test", page("\ufeff" + PAGE % GOOD), 0, "3 cases")
    done = page(fix_of("{{nam}}"))
    say("page.md:15: " in done.stderr, "the line of a wrong placeholder is told", done.stderr)
    cases = [
        ("a wrong table", PAGE % GOOD.replace("s3_bucket", "s3_buckets"), "s3_buckets"),
        ("a wrong column", PAGE % GOOD.replace("versioning", "versoning"), "versoning"),
        ("USING", PAGE % (GOOD + " JOIN account USING (account_id)"), "USING"),
        ("a wrong example", (PAGE % GOOD).replace("| fail ", "| pass "), "expected pass"),
        ("an unknown key", (PAGE % GOOD).replace("severity:", "severety: x\nseverity:"), "severety"),
        ("a claim that its examples refute", (PAGE % GOOD).replace("resource: s3_bucket", "resource: s3_bucket\nconclusive: fail"), "conclusive"),
        ("no example of unknown", "\n".join(line for line in (PAGE % GOOD).splitlines() if "unknown" not in line), "unknown"),
        ("a column in a fix that the resource lacks", fix_of("{{nam}}"), "did you mean name?"),
        ("a filter in a fix that there is not", fix_of("{{name|shout}}"), "|shout"),
        ("a placeholder that is not closed", fix_of("{{name"), "}}"),
        ("text that is no UTF-8", (PAGE % GOOD).replace("It is here.", "It is h\udcebre."), "UTF-8"),
        ("a row too few", PAGE % (GOOD + " WHERE versioning = 'Enabled'"), ""),
    ]
    for name, text, word in cases:
        done = page(text)
        say(done.returncode == 1 and "page.md:" in done.stderr and word.lower() in done.stderr.lower(), "a page with %s: file and what was expected" % name,
            "exit %d: %s" % (done.returncode, done.stderr))
    page(PAGE % GOOD)
    for name, file, word in (("beside the folders", "loose.md", "loose.md"), ("with a space in its name", "my/a page.md", "lower case"),
                             ("in capitals", "my/Page.md", "lower case"), ("called like a built-in one", "s3/bucket_versioned.md", "rename one")):
        file = os.path.join(work, "pages", file)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "w") as f:
            f.write(PAGE % GOOD)
        expect("a page %s is not passed over" % name, run("checks", "list", "--checks-dir", os.path.join(work, "pages")), 1, word)
        os.remove(file)
    with open(os.path.join(work, "pages", "README.md"), "w") as f:
        f.write("# About these pages\n")
    expect("a file beside the folders that is no page is left alone", run("checks", "list", "--ids", "--checks-dir", os.path.join(work, "pages")), 0, "my_page")
    os.mkdir(os.path.join(work, "pages", "frameworks"))
    with open(os.path.join(work, "pages", "frameworks", "house_rules.md"), "w") as f:
        f.write("---\ntitle: Rules of the house\n---\nOurs.\n\n| control | title | kind | checks |\n|---|---|---|---|\n| 1 | Buckets are here | automated | my_page full |\n")
    expect("a framework of one's own is listed", run("frameworks", "--checks-dir", os.path.join(work, "pages")), 0, "house_rules")
    out = os.path.join(work, "own")
    twin = os.path.join(work, "pages", "frameworks", "cis_aws_7.0.md")
    with open(twin, "w") as f:
        f.write("---\ntitle: Another\n---\n")
    expect("two frameworks of one name are refused", run("frameworks", "--checks-dir", os.path.join(work, "pages")), 1, "cis_aws_7.0", "rename one")
    os.remove(twin)
    expect("the demo is judged by pages of one's own", run("demo", "--quiet", "--checks", "my_page", "--checks-dir", os.path.join(work, "pages"), "--output", out), 0)
    expect("evaluate without the folder says what is missing", run("evaluate", out + "/evidence.db", "--output", out + "2"), 2, "my_page", "--checks-dir")
    run("demo", "--quiet", "--checks-dir", os.path.join(work, "pages"), "--output", out)
    expect("evaluate of all says which pages are not at hand", run("evaluate", out + "/evidence.db", "--output", out + "2"), 0, "1 page", "--checks-dir")
    made = run("checks", "new", "s3_bucket_mine", "--checks-dir", os.path.join(work, "new"))
    say(made.returncode == 0, "checks new writes a page", made.stderr)
    expect("the new page passes its own test", run("checks", "test", "s3_bucket_mine", "--checks-dir", os.path.join(work, "new")), 0)
    expect("a new page does not overwrite", run("checks", "new", "s3_bucket_mine", "--checks-dir", os.path.join(work, "new")), 1, "there already")


class Slow(http.server.BaseHTTPRequestHandler):
    """Says who is asking and which regions there are, then is slow."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        if "GetCallerIdentity" in body:
            text = ("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn><UserId>u</UserId>"
                    "<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
        elif "DescribeRegions" in body:
            text = ("<DescribeRegionsResponse><regionInfo><item><regionName>us-east-1</regionName><optInStatus>opt-in-not-required"
                    "</optInStatus></item></regionInfo></DescribeRegionsResponse>")
        else:
            Slow.reached.set()
            time.sleep(Slow.seconds)
            text = "<x/>"
        data = text.encode()
        self.send_response(200)
        self.send_header("content-type", "text/xml")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:
            pass  # who asked is gone

    do_GET = do_POST
    reached = threading.Event()
    seconds = 8


def test_interrupt(work):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    out = os.path.join(work, "interrupted")
    process = subprocess.Popen([BINARY, "scan", "--output", out], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               env=dict(keyed, AWS_ENDPOINT_URL="http://127.0.0.1:%d" % server.server_port))
    reached = Slow.reached.wait(30)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    server.shutdown()
    say(reached and process.returncode == 5, "an interrupt ends with exit 5", "exit %s: %s" % (process.returncode, errors))
    path = os.path.join(out, "evidence.db")
    if os.path.exists(path):
        db = sqlite3.connect(path)
        state = db.execute("SELECT state FROM scan").fetchone()[0]
        verdicts = {r[0] for r in db.execute("SELECT DISTINCT verdict FROM finding WHERE check_id LIKE 's3_%'")}
        calls = db.execute("SELECT count(*) FROM api_call WHERE outcome = 'answered'").fetchone()[0]
        db.close()
        say(state == "incomplete" and calls >= 1, "what was collected is kept and marked incomplete", (state, calls))
        say(verdicts == {"unknown"}, "what was not asked is unknown", verdicts)
        say(os.path.exists(os.path.join(out, "report.html")), "an interrupted scan is reported")
    else:
        say(False, "what was collected is kept", "no evidence.db")


def terminal(words, columns, env):
    """What a terminal of so many columns is sent on stderr."""
    main_end, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([BINARY, *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=end)
    os.close(end)
    told = b""
    while True:
        try:
            some = os.read(main_end, 65536)
        except OSError:
            break
        if not some:
            break
        told += some
    os.close(main_end)
    return process.wait(60), told.decode()


def test_progress(work):
    Slow.seconds = 2
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = dict(keyed, AWS_ENDPOINT_URL="http://127.0.0.1:%d" % server.server_port, TERM="xterm")
    words = ["scan", "--checks", "s3_bucket_versioned,cloudwatch_alarm_*", "--output"]
    _, told = terminal(words + [os.path.join(work, "narrow")], 40, env)
    lines = [part.replace("\x1b[K", "") for part in told.split("\r") if "requests made" in part]
    say(lines and all(len(line) < 40 for line in lines), "a progress line fits a narrow terminal", lines[:2])
    _, told = terminal(words + [os.path.join(work, "quiet"), "--quiet"], 80, env)
    say(told == "", "--quiet says nothing to a terminal", told)
    Slow.seconds = 8
    Slow.reached.clear()
    server.shutdown()


def test_decisions_of_exit(work):
    out = os.path.join(work, "demo")
    expect("demo exits 0", run("demo", "--quiet", "--output", out), 0)
    expect("--fail-on with failures: exit 3", run("demo", "--quiet", "--output", out, "--fail-on", "low"), 3)
    expect("--fail-on-unknown with unknowns: exit 4", run("demo", "--quiet", "--output", out, "--fail-on-unknown"), 4)
    expect("both: the first", run("demo", "--quiet", "--output", out, "--fail-on", "low", "--fail-on-unknown"), 3)
    kept = [f for f in os.listdir(out) if f.startswith("evidence-")]
    say(len(kept) == 3, "a former evidence file is kept by its time", os.listdir(out))
    mode = os.stat(os.path.join(out, "evidence.db")).st_mode & 0o777
    say(mode == 0o600, "the evidence file is readable by its owner only", oct(mode))
    done = run("report", os.path.join(out, "evidence.db"), "--format", "csv,fixes", "--output", os.path.join(work, "told"))
    say(done.returncode == 0 and os.path.exists(os.path.join(work, "told", "fixes", "index.csv")), "report writes csv and fixes", done.stderr)
    path = os.path.join(out, "evidence.db")
    root = sqlite3.connect(path).execute("SELECT root_hash FROM scan").fetchone()[0]
    expect("verify holds for the demo, and tells the root to compare", run("verify", path), 0, "unchanged", root)
    expect("report says where", done, 0, os.path.join(work, "told"))
    expect("evaluate says where", run("evaluate", path, "--output", os.path.join(work, "again")), 0, os.path.join(work, "again"))
    done = run("evaluate", path, "--output", os.path.join(work, "again"), "--quiet")
    say(done.returncode == 0 and done.stderr == done.stdout == "", "evaluate --quiet is quiet", done.stderr)


def test_shared_views(work):
    run("demo", "--quiet", "--output", work, "--format", "csv")
    path = os.path.join(work, "evidence.db")
    views = [f[:-3] for f in sorted(os.listdir(os.path.join(CHECKS, "views")))]
    guide = run("checks", "guide").stdout
    say(len(views) > 5 and all("- **%s**: " % view in guide for view in views), "the guide lists each view that pages share", views)
    unread = [(view, done.stderr) for view in views for done in [run("query", path, "SELECT count(*) FROM %s" % view)] if done.returncode]
    say(not unread, "query reads each view that pages share", unread)
    done = run("query", path, "SELECT count(DISTINCT interface_id) FROM internet_path WHERE is_open", "--format", "csv")
    say(done.stdout.splitlines()[1:] == ["3"], "three interfaces of the demo are reached", done.stdout)
    other = os.path.join(work, "other.db")
    db = sqlite3.connect(other)
    db.execute("CREATE TABLE internet_path(x)")
    db.execute("INSERT INTO internet_path VALUES ('mine')")
    db.commit()
    db.close()
    expect("a view takes no name in another file", run("query", other, "SELECT x FROM internet_path"), 0, "mine")


def main():
    with tempfile.TemporaryDirectory(prefix="plumbline-cli-") as work:
        for test in (test_help, test_usage, test_credentials, test_folder, test_files, test_pages, test_progress, test_interrupt, test_decisions_of_exit,
                     test_shared_views):
            folder = os.path.join(work, test.__name__)
            os.mkdir(folder)
            test(folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
