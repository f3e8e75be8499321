"""Would every fix work as printed? Asks ../shared/fixcheck about the snippets of an account that fails the checks.

Prints `ok NAME` and `not ok NAME: why`. Needs PLUMBLINE (the binary), PLUMBLINE_SHARED.
"""
import os
import re
import subprocess
import sys
import tempfile

import account

BINARY = os.path.abspath(os.environ["PLUMBLINE"])
SHARED = os.path.abspath(os.environ.get("PLUMBLINE_SHARED", "../shared"))


# The CLI of the pinned version keeps handlers of one modify-*-attribute command that break the ec2 commands after it, so each command
# gets a driver of its own.
FRESH = """
import runpy, sys
sys.path.insert(0, sys.argv[1])
import awscheck
once = awscheck.once
def fresh(*words, **names):
    awscheck.DRIVER = None
    return once(*words, **names)
awscheck.once = fresh
sys.argv = ["fixes.py"] + sys.argv[2:]
runpy.run_path(sys.path[0] + "/fixes.py", run_name="__main__")
"""


def judge(name, folder, per_check):
    """fixcheck's last line is: sh X of Y, tf X of Y, yaml X of Y."""
    command = [sys.executable, "-c", FRESH, os.path.join(SHARED, "fixcheck"), folder]
    if per_check:
        command += ["--per-check", str(per_check)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=5000)
    lines = done.stdout.strip().splitlines()
    found = re.findall(r"(sh|tf|yaml) (\d+) of (\d+)", lines[-1] if lines else "")
    for kind, good, total in found:
        same = good == total and int(total) > 0
        print("ok %s: %s fixes" % (name, kind) if same else "not ok %s, %s fixes: %s of %s" % (name, kind, good, total))
    if done.returncode or len(found) != 3:
        print("not ok %s, fixcheck agrees: exit %d" % (name, done.returncode))
        for line in [line for line in lines if line.startswith(("BAD", "reason"))][:40] or lines[-20:]:
            print("    " + line[:500])
    else:
        print("ok %s: fixcheck agrees" % name)
    return done.returncode == 0


def fixes_of(work, name, *words, env=None):
    out = os.path.join(work, name)
    done = subprocess.run([BINARY, *words, "--output", out, "--format", "fixes", "--quiet"], env=env, stderr=subprocess.PIPE, text=True)
    print("ok %s: fixes are written" % name if done.returncode == 0 else "not ok %s, fixes are written: %s" % (name, done.stderr[-300:]))
    return os.path.join(out, "fixes")


def main():
    good = True
    with tempfile.TemporaryDirectory(prefix="plumbline-fixes-") as work:
        with account.Server() as server:
            account.seed(server.url)
            folder = fixes_of(work, "live", "scan", "--regions", "us-east-1", env=account.scan_environment(server.url))
        good &= judge("live", folder, 2)
        good &= judge("demo", fixes_of(work, "demo", "demo"), 2)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
