"""The recorded situations of ../shared/conformance: each agrees, or tests/accepted.tsv says why not.

Prints `ok NAME` and `not ok NAME: why`. Needs PLUMBLINE (the binary), PLUMBLINE_SHARED.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.abspath(os.environ.get("PLUMBLINE_SHARED", "../shared"))


def main():
    with tempfile.NamedTemporaryFile(suffix=".json") as results:
        done = subprocess.run([sys.executable, os.path.join(SHARED, "conformance", "replay.py"), "--plumbline", os.path.abspath(os.environ["PLUMBLINE"]),
                               "--accepted", os.path.join(HERE, "accepted.tsv"), "--json", results.name, "--verbose"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            cases = json.load(results)
        except ValueError:
            print("not ok conformance: %s" % done.stdout[-500:].replace("\n", " | "))
            return 1
    bad = [c for c in cases if c["outcome"] not in ("agree", "accepted")]
    for case in bad:
        print("not ok conformance %s %s: %s, %s" % (case["peer"], case["case"], case["outcome"], case["detail"]))
    print("# %d agree, %d accepted" % (sum(c["outcome"] == "agree" for c in cases), sum(c["outcome"] == "accepted" for c in cases)))
    if not bad and cases:
        print("ok conformance: each of %d cases agrees or is explained" % len(cases))
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
