#!/usr/bin/env python3
"""Runs the cases of ../shared/cases against the functions that judge meaning: each family by its own runner.
PLUMBLINE names the binary (zig-out/bin/plumbline), PLUMBLINE_SHARED the folder of the cases (../shared)."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUNNERS = (("meaning", "run.py", []), ("policy", "run.py", ["--sample"]))


def main():
    binary = os.path.abspath(os.environ.get("PLUMBLINE", os.path.join(ROOT, "zig-out", "bin", "plumbline")))
    shared = os.path.abspath(os.environ.get("PLUMBLINE_SHARED", os.path.join(ROOT, "..", "shared")))
    failed = 0
    for family, program, options in RUNNERS:
        runner = os.path.join(shared, "cases", family, program)
        if not os.path.exists(runner):
            print("not ok judge_meaning/%s: %s is missing" % (family, runner))
            failed = 1
            continue
        done = subprocess.run([sys.executable, "-B", runner, "--plumbline", binary, *options], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        lines = done.stdout.strip().splitlines() or ["no output"]
        for line in lines[:-1]:
            print("# " + line)
        print("%s judge_meaning/%s: %s" % ("not ok" if done.returncode else "ok", family, lines[-1]))
        failed |= done.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
