"""What the judges of a release share: where its files are, roots with nothing in them to run them in, and how results are told."""
import fcntl
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAME = re.compile(r"plumbline-(.+)-linux-(x86_64|aarch64)")
HERE_ARCH = platform.machine()
# A program that needs nothing of its caller's must be tested without it: a preset SSL_CERT_FILE would hide faults.
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
failed = 0


def say(ok, name, why=""):
    global failed
    failed += not ok
    print("ok %s" % name if ok else "not ok %s: %s" % (name, str(why).replace("\n", " | ")[:900]), flush=True)


def not_run(name, why):
    """Neither good nor bad: run.py counts it by itself and shows it."""
    print("not run %s: %s" % (name, str(why).replace("\n", " | ")[:300]), flush=True)


def folder():
    """zig-out/release, made where it is not, or the folder that PLUMBLINE_RELEASE names."""
    given = os.environ.get("PLUMBLINE_RELEASE")
    if given:
        return pathlib.Path(given).resolve()
    (ROOT / ".zig-cache/plumbline").mkdir(parents=True, exist_ok=True)
    with open(ROOT / ".zig-cache/plumbline/release.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(["./zigw", "build", "release"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        say(False, "./zigw build release", "exit %d: %s" % (done.returncode, done.stdout[-800:]))
    return ROOT / "zig-out/release"


def binaries(where):
    """{architecture: path} and the version."""
    found, version = {}, ""
    for path in sorted(where.glob("plumbline-*-linux-*")):
        match = NAME.fullmatch(path.name)
        if match:
            version, found[match[2]] = match[1], path
    return found, version


def run(binary, *words, env=None, seconds=120, **more):
    """With an environment of these variables alone."""
    return subprocess.run([str(binary), *map(str, words)], env=env or {}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", timeout=seconds, **more)


class Bare:
    """A root folder that holds the program as /plumbline, and these files: {"/etc/x": bytes}. No /tmp, /dev or /proc."""

    def __init__(self, binary, files=None, writable=()):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-root-"))
        os.chmod(self.path, 0o755)
        shutil.copy(binary, self.path / "plumbline")
        os.chmod(self.path / "plumbline", 0o755)
        for name, content in (files or {}).items():
            place = self.path / name.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        for name in writable:
            place = self.path / name.lstrip("/")
            place.mkdir(parents=True)
            os.chmod(place, 0o777)

    def run(self, *words, env=None, user=None, seconds=120):
        command = [shutil.which("chroot") or "/usr/sbin/chroot"]
        if os.geteuid() != 0:
            command = ["unshare", "-r", *command]
        elif user:
            command.append("--userspec=%s" % user)
        return run(command[0], *command[1:], self.path, "/plumbline", *words, env=env, seconds=seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
