"""The static files of a release, as they are handed out: what they are made of, that they run where nothing is, TLS, packages, other systems.

Prints `ok NAME`, `not ok NAME: why` and `not run NAME: why`; exit 1 where one failed. Makes the release first (./zigw build release), unless
PLUMBLINE_RELEASE names its folder. Needs PLUMBLINE (the development build, for comparison). Words on the command line choose parts.
"""
import csv
import fcntl
import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

import openpyxl

import release_packages
import release_roots
import release_tls
import released
from released import HERE_ARCH, ROOT, Bare, run, say

MOST_BYTES = 8_000_000
MOST_SECONDS = 0.002
MOST_RESIDENT_KB = 4096
QEMU = {"aarch64": "qemu-aarch64-static", "x86_64": "qemu-x86_64-static"}


# ---- What kind of file it is

def output(*words):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace").stdout


def test_file(arch, path):
    def name(text):
        return "%s: %s" % (arch, text)

    about = output("file", "-b", path)
    say("static-pie linked" in about and "stripped" in about and "not stripped" not in about, name("file says static-pie, stripped"), about)
    linked = output("ldd", path)
    say("statically linked" in linked or "not a dynamic executable" in linked, name("ldd finds nothing to load"), linked)
    segments, dynamic = output("readelf", "-lW", path), output("readelf", "-dW", path)
    say("INTERP" not in segments and "(NEEDED)" not in dynamic and "PATH)" not in dynamic, name("no interpreter, library or search path is named"), dynamic[:300])
    say("GNU_RELRO" in segments and "NOW" in dynamic, name("relocations are read-only (RELRO, bound at start)"), dynamic[:400])
    stack = re.search(r"GNU_STACK.*", segments)
    say(stack is not None and " RW " in stack[0] and "RWE" not in segments, name("nothing is both writable and executable"), stack and stack[0])
    size = path.stat().st_size
    say(size <= MOST_BYTES, name("at most %d bytes" % MOST_BYTES), size)
    binary = path.read_bytes()
    paths = [str(ROOT), str(pathlib.Path.home()) + "/", ".zig-cache", "zig-out", "site-packages", "/usr/include/", "/usr/lib/python"]
    held = [text for text in paths if text.encode() in binary and text not in ("//", "/")]
    say(not held, name("it holds no path of the machine that built it"), held)


# ---- How it starts

def seconds_of(path):
    started = time.perf_counter()
    child = os.posix_spawn(path, [str(path), "version"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    os.waitpid(child, 0)
    return time.perf_counter() - started


def resident_kb(path):
    """The most that was resident, read while it waits to write what it has to say into a pipe that is full."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, False)
    try:
        while os.write(writing, b"x" * 4096):
            pass
    except BlockingIOError:
        pass
    os.set_blocking(writing, True)
    child = os.posix_spawn(path, [str(path), "version"], {}, file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)])
    status = pathlib.Path("/proc/%d/status" % child)
    found = None
    for _ in range(2000):
        text = status.read_text()
        peak = re.search(r"^VmHWM:\s+(\d+)", text, re.MULTILINE)
        if re.search(r"^Name:\s+plumbline", text, re.MULTILINE) and re.search(r"^State:\s+S", text, re.MULTILINE) and peak:
            found = int(peak[1])
            break
        time.sleep(0.001)
    os.close(writing)
    while select.select([reading], [], [], 10)[0] and os.read(reading, 65536):
        pass
    os.close(reading)
    os.waitpid(child, 0)
    return found


def test_start(path):
    best = min(seconds_of(path) for _ in range(30))
    say(best <= MOST_SECONDS, "it starts within %.0f ms" % (MOST_SECONDS * 1000), "%.2f ms" % (best * 1000))
    peak = resident_kb(path)
    say(peak is not None and peak <= MOST_RESIDENT_KB, "at most %d KiB are resident at start" % MOST_RESIDENT_KB, peak)
    print("# starts in %.2f ms with %s KiB resident" % (best * 1000, peak))


# ---- The demo, where nothing is

def check_reports(name, done, out, development):
    say(done.returncode == 0, "%s: exit 0" % name, "exit %d: %s" % (done.returncode, done.stderr[-600:]))
    if done.returncode != 0:
        return
    with open(out / "report.xlsx", "rb") as file:
        whole = zipfile.ZipFile(file).testzip() is None
        sheets = openpyxl.load_workbook(file, read_only=True).sheetnames
    say(whole and sheets, "%s: the workbook opens" % name, sheets)
    say("</html>" in (out / "report.html").read_text(), "%s: the page is whole" % name)
    say(len(json.loads((out / "report.json").read_text())) > 0, "%s: the JSON is whole" % name)
    with open(out / "report.csv", newline="") as one, open(development / "report.csv", newline="") as two:
        rows, theirs = list(csv.reader(one)), list(csv.reader(two))
    say(rows == theirs and len(rows) > 50, "%s: the findings are those of the development build" % name, "%d and %d rows" % (len(rows), len(theirs)))


def make_demo(command, out, seconds=600):
    return run(command[0], *command[1:], "demo", "--quiet", "--output", out, "--format", "html,xlsx,json,csv", seconds=seconds)


def test_demo(path, development):
    for name, user, writable in (("an empty root", None, ()), ("an empty root, as nobody", "65534:65534", ("/out",))):
        with Bare(path, writable=writable) as bare:
            out = "/out/demo" if writable else "/demo"
            done = bare.run("demo", "--quiet", "--output", out, "--format", "html,xlsx,json,csv", user=user, seconds=600)
            check_reports("demo in " + name, done, bare.path / out.lstrip("/"), development)
            done = bare.run("verify", out + "/evidence.db", user=user)
            say(done.returncode == 0, "verify in " + name, done.stderr)
            left = {entry.name for entry in bare.path.iterdir()} - {"plumbline", "demo", "out"}
            say(not left, "nothing else is left in " + name, left)


def test_foreign(arch, path, development):
    emulator = shutil.which(QEMU[arch])
    if not emulator:
        say(False, "%s: demo under qemu" % arch, "there is no %s" % QEMU[arch])
        return
    with tempfile.TemporaryDirectory(prefix="plumbline-foreign-") as place:
        out = pathlib.Path(place) / "demo"
        check_reports("%s: demo under qemu" % arch, make_demo([emulator, path], out, 1800), out, development)
        root = release_tls.Authority("the tests' root")
        bundle = pathlib.Path(place) / "root.pem"
        bundle.write_bytes(root.pem())
        with release_tls.Server(release_tls.context_of(root.issue(["localhost"]))) as server:
            for name, env, texts in (("trusted", {"SSL_CERT_FILE": str(bundle)}, ()), ("not trusted", {}, ("TlsError",))):
                env = dict(released.KEYS, AWS_ENDPOINT_URL=server.url, **env)
                release_tls.expect("%s: a server that is %s" % (arch, name), run(emulator, path, "call", "sts", "GetCallerIdentity", env=env), *texts)


# ---- The whole

def main():
    chosen = sys.argv[1:] or ["file", "start", "demo", "foreign", "tls", "packages", "roots"]
    where = released.folder()
    found, version = released.binaries(where)
    for arch in ("x86_64", "aarch64"):
        say(arch in found, "the release has a file for %s" % arch, "%s holds %s" % (where, sorted(os.listdir(where)) if where.is_dir() else "nothing"))
    path = found.get(HERE_ARCH)
    for arch, one in found.items():
        if "file" in chosen:
            test_file(arch, one)
    if not path:
        return 1
    with tempfile.TemporaryDirectory(prefix="plumbline-development-") as place:
        development = pathlib.Path(place) / "demo"
        done = make_demo([os.environ["PLUMBLINE"]], development)
        say(done.returncode == 0, "the development build's demo, to compare with", done.stderr)
        if "start" in chosen:
            test_start(path)
        if "demo" in chosen:
            test_demo(path, development)
        if "foreign" in chosen:
            for arch, one in found.items():
                if arch != HERE_ARCH:
                    test_foreign(arch, one, development)
        if "tls" in chosen:
            release_tls.test_all(path)
        if "packages" in chosen:
            release_packages.test_all(where, found, version)
        if "roots" in chosen:
            release_roots.test_all(where, path, version, development)
    return 1 if released.failed else 0


if __name__ == "__main__":
    sys.exit(main())
