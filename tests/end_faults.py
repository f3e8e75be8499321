"""What a scan makes of a faulty server, of interrupts and of full disks: kept, judged, said.

Prints `ok NAME` and `not ok NAME: why`; exit 1 where one failed. Needs PLUMBLINE (the binary).
"""
import http.server
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

BINARY = os.path.abspath(os.environ["PLUMBLINE"])
failed = 0
keyed = {"PATH": os.environ["PATH"], "HOME": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
         "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
         "AWS_REGION": "us-east-1"}
CALLER = ("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn><UserId>u</UserId>"
          "<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
REGIONS = ("<DescribeRegionsResponse><regionInfo><item><regionName>us-east-1</regionName><optInStatus>opt-in-not-required"
           "</optInStatus></item></regionInfo></DescribeRegionsResponse>")
EXPIRED = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token has expired</Message></Error></ErrorResponse>"


def say(ok, name, why=""):
    global failed
    failed += not ok
    print("ok %s" % name if ok else "not ok %s: %s" % (name, str(why).replace("\n", " | ")[:700]), flush=True)


class Server:
    """Answers by answer(body, number of such calls before): (status, text), or None to keep the asker waiting."""

    def __init__(self, answer):
        server = self
        self.counts, self.lock, self.held = {}, threading.Lock(), threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0) or 0)).decode()
                kind = body.split("&")[0] if body.startswith("Action=") else "other"
                with server.lock:
                    before = server.counts.get(kind, 0)
                    server.counts[kind] = before + 1
                told = answer(body, before)
                if told is None:
                    server.held.set()
                    threading.Event().wait(20)
                    return
                data = told[1].encode()
                self.send_response(told[0])
                self.send_header("content-type", "text/xml")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_PUT = do_HEAD = do_POST

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 200

            def handle_error(self, *_):
                pass  # who asked is gone
        self.server = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.environment = dict(keyed, AWS_ENDPOINT_URL="http://127.0.0.1:%d" % self.server.server_port)

    def scan(self, folder, *words):
        return subprocess.run([BINARY, "scan", "--quiet", "--output", folder, *words], env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def ask(path, sql):
    db = sqlite3.connect(path)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def test_who_asks_is_asked_once(work):
    """The account's row must not hang on a second answer to what was answered already."""
    def answer(body, before):
        if "GetCallerIdentity" in body and before == 0:
            return 200, CALLER
        return 403, EXPIRED
    out = os.path.join(work, "once")
    with Server(answer) as server:
        done = server.scan(out)
    say(server.counts.get("Action=GetCallerIdentity") == 1, "who is asking is asked once", server.counts)
    say("could not judge" not in done.stderr, "credentials that expire after the first call trouble no page", done.stderr)
    rows = ask(out + "/evidence.db", "SELECT account_id FROM account")
    say(rows == [("111122223333",)], "the account is known from the first answer", rows)


def test_who_asks_is_refused(work):
    """The message tells whose credentials were refused; one about the network does not blame them."""
    with Server(lambda body, before: (403, EXPIRED)) as server:
        done = server.scan(os.path.join(work, "refused"))
    say(done.returncode == 1 and "ExpiredToken" in done.stderr and "the credentials are from: environment" in done.stderr,
        "refused credentials: where they are from", done.stderr)
    done = subprocess.run([BINARY, "scan", "--output", os.path.join(work, "away")], env=dict(keyed, AWS_ENDPOINT_URL="http://127.0.0.1:9"),
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=120)
    say(done.returncode == 1 and "credentials" not in done.stderr and "GetCallerIdentity was not answered: ConnectionRefused" in done.stderr,
        "nobody there: the credentials are not blamed", done.stderr)
    say(not os.path.exists(os.path.join(work, "away")), "and the folder that was made for it is gone again")
    with Server(lambda body, before: (200, "<html><body>Sign in to the network</body></html>")) as server:
        done = server.scan(os.path.join(work, "portal"))
    say(done.returncode == 1 and "HTML" in done.stderr and "proxy" in done.stderr, "a page of a proxy is told as one", done.stderr)


def interrupt(server, folder, number=signal.SIGINT):
    process = subprocess.Popen([BINARY, "scan", "--output", folder], env=server.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    held = server.held.wait(30)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    return held, process.returncode, errors


def test_interrupt_before_the_regions(work):
    out = os.path.join(work, "early")
    with Server(lambda body, before: (200, CALLER) if "GetCallerIdentity" in body else None) as server:
        held, status, errors = interrupt(server, out, signal.SIGTERM)
    say(held and status == 5, "an interrupt before the regions are known ends with exit 5", "exit %s: %s" % (status, errors))
    say("could not judge" not in errors, "and troubles no page", errors)
    if os.path.exists(out + "/evidence.db"):
        verdicts = ask(out + "/evidence.db", "SELECT DISTINCT verdict FROM finding")
        say(verdicts == [("unknown",)], "nothing was seen, so nothing is judged", verdicts)


def test_kill_of_a_slow_scan(work):
    """What was answered some seconds ago is on the disk, however slowly answers come."""
    one, out = threading.Lock(), os.path.join(work, "killed")
    many = threading.Event()

    def answer(body, before):
        if "GetCallerIdentity" in body:
            return 200, CALLER
        if "DescribeRegions" in body:
            return 200, REGIONS
        with one:
            time.sleep(0.3)
            if sum(server.counts.values()) >= 45 + 14:  # some 45 are in flight together
                many.set()
        return 404, "<ErrorResponse><Error><Code>NoSuchThing</Code></Error></ErrorResponse>"
    with Server(answer) as server:
        process = subprocess.Popen([BINARY, "scan", "--quiet", "--output", out], env=server.environment, stdin=subprocess.DEVNULL)
        reached = many.wait(60)
        process.kill()
        process.wait()
    calls = ask(out + "/evidence.db", "SELECT count(*) FROM api_call")[0][0]
    say(reached and calls > 5, "a slow scan that is killed leaves what it had seconds before", (reached, calls))


def test_two_at_once(work):
    """A second scan must not take the evidence file from under the first one."""
    out = os.path.join(work, "shared")

    def answer(body, before):
        if "GetCallerIdentity" in body:
            return 200, CALLER
        return (200, REGIONS) if "DescribeRegions" in body else None
    with Server(answer) as server:
        first = subprocess.Popen([BINARY, "scan", "--quiet", "--output", out], env=server.environment, stdin=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True)
        held = server.held.wait(30)
        asked = server.counts.get("Action=GetCallerIdentity")
        second = server.scan(out)
        demo = subprocess.run([BINARY, "demo", "--quiet", "--output", out], env=keyed, stderr=subprocess.PIPE, text=True, timeout=60)
        asked_then = server.counts.get("Action=GetCallerIdentity")
        first.send_signal(signal.SIGINT)
        _, errors = first.communicate(timeout=60)
    say(held and second.returncode == demo.returncode == 1 and out in second.stderr and "another" in second.stderr and asked == asked_then == 1,
        "a second scan into a folder in use is refused before its first request", (second.stderr, demo.stderr, asked_then))
    say(first.returncode == 5 and os.path.exists(out + "/report.html"), "the first one is not disturbed", (first.returncode, errors))
    say(not [f for f in os.listdir(out) if f.startswith("evidence-")], "and its evidence is not moved away", os.listdir(out))
    demo = subprocess.run([BINARY, "demo", "--quiet", "--output", out], env=keyed, stderr=subprocess.PIPE, text=True, timeout=60)
    say(demo.returncode == 0, "when the first one is done the folder is free", demo.stderr)


def demo_within(size, folder, *words):
    """The demo where no file may grow beyond size, as on a disk that is full."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return subprocess.run([BINARY, "demo", "--quiet", "--output", folder, *words], env=keyed, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, timeout=120, preexec_fn=limit, restore_signals=False)


def test_full_disk(work):
    seen = set()
    for size in (4096, 1 << 16, 1 << 18, 1 << 19, 1 << 20, 3 << 19, 1 << 21, 5 << 19, 3 << 20):
        folder = os.path.join(work, "full-%d" % size)
        done = demo_within(size, folder)
        path = os.path.join(folder, "evidence.db")
        if done.returncode == 0:
            break
        whole = "plumbline report %s" % path in done.stderr
        begun = "plumbline scan --replay %s" % path in done.stderr
        seen.add("whole" if whole else "begun" if begun else "none")
        say(done.returncode == 1 and path in done.stderr and not os.path.exists(os.path.join(folder, "report.json")),
            "a disk that is full at %d bytes: exit 1, and the file is named" % size, "exit %d: %s" % (done.returncode, done.stderr))
        if whole or begun:
            words = ["report", path] if whole else ["scan", "--replay", path]
            again = subprocess.run([BINARY, *words, "--output", folder + "-again"], env=keyed, stderr=subprocess.PIPE, text=True, timeout=120)
            say(again.returncode in ((0,) if whole else (0, 5)), "what the message says to do then, at %d bytes, works" % size, again.stderr)
        left = [f for f in os.listdir(folder) if f.endswith(".tmp")]
        say(not left, "no half a file is left at %d bytes" % size, left)
    say({"begun", "none"} <= seen, "a disk became full before and after the first answers were kept", seen)
    folder = os.path.join(work, "inplace")
    os.makedirs(os.path.join(folder, "report.html"))
    done = demo_within(1 << 30, folder)
    say(done.returncode == 1 and "plumbline report %s/evidence.db" % folder in done.stderr, "where only a report fails the evidence is whole, and it says so",
        done.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="plumbline-faults-") as work:
        for name, test in sorted(globals().items()):
            if name.startswith(os.environ.get("PLUMBLINE_TEST", "test_")):
                test(work)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
