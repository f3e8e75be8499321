"""The suite's programs that look at the product from outside, run again with the static file as the product.

Prints their `ok NAME` and `not ok NAME: why`, each with the program's name before it. Makes the release first, unless PLUMBLINE_RELEASE
names its folder. The unit suites are a program of their own and are not among them.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import released
from released import HERE_ARCH, say

HERE = pathlib.Path(__file__).resolve().parent
# Those that judge by the binary alone; live_sign leaves a recording in PLUMBLINE_WORK, as in the suite.
PROGRAMS = [("end_cli", 600), ("end_report", 900), ("end_secret", 600), ("end_truth", 600), ("live_sign", 900), ("proof_scan", 3600)]


def run_one(name, seconds, binary, work):
    env = {**os.environ, "PLUMBLINE": str(binary), "PLUMBLINE_WORK": work}
    try:
        done = subprocess.run([sys.executable, HERE / (name + ".py")], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds)
    except subprocess.TimeoutExpired:
        say(False, "static %s" % name, "not done after %d seconds" % seconds)
        return
    passed = refused = 0
    for line in done.stdout.splitlines():
        if line.startswith("ok "):
            passed += 1
            say(True, "static %s: %s" % (name, line[3:]))
        elif line.startswith("not ok "):
            refused += 1
            title, _, why = line[7:].partition(": ")
            say(False, "static %s: %s" % (name, title), why)
    if not passed + refused or (done.returncode and not refused):
        say(False, "static %s" % name, "exit %d after %d tests: %s" % (done.returncode, passed, done.stdout[-600:]))


def main():
    found, _ = released.binaries(released.folder())
    binary = found.get(HERE_ARCH)
    if not binary:
        say(False, "the release has a file for %s" % HERE_ARCH)
        return 1
    with tempfile.TemporaryDirectory(prefix="plumbline-static-") as work:
        for name, seconds in PROGRAMS:
            if not sys.argv[1:] or name in sys.argv[1:]:
                run_one(name, seconds, binary, work)
    return 1 if released.failed else 0


if __name__ == "__main__":
    sys.exit(main())
