#!/usr/bin/env python3
"""Proves that a release can be made again: builds it in another folder, with empty caches, and compares the bytes.

The other folder has the same files, git's included, and the kept sources, which are checked by their hashes anyway.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# Says how this machine's libraries differ, which is no part of what is made.
OF_THE_MACHINE = {"DIFFERENCES.txt"}
NOT_COPIED = {".zig-cache", "zig-out", "__pycache__"}
PLACE = ".zig-cache/plumbline"


class Fault(Exception):
    """What went wrong, and what to do."""


def files_of(folder):
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name not in OF_THE_MACHINE}


def copy_tree(root, other):
    shutil.copytree(root, other, symlinks=True, ignore=lambda _, names: NOT_COPIED.intersection(names))
    (other / PLACE).mkdir(parents=True)
    shutil.copytree(root / PLACE / "sources", other / PLACE / "sources")
    # Commands that stand in a fixed place; nothing of them ends up in a file.
    for name in ("zig", "tests"):
        if (root / PLACE / name).is_dir():
            (other / PLACE / name).symlink_to(root / PLACE / name)


def build(zig, folder, words):
    environment = {**os.environ, "ZIG_LOCAL_CACHE_DIR": str(folder / ".zig-cache"),
                   "ZIG_GLOBAL_CACHE_DIR": str(folder / ".zig-cache/global"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([zig, "build", "release", *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Fault(f"the second build, in {folder}, failed; see above")


def first_difference(one, other):
    a, b = one.read_bytes(), other.read_bytes()
    for at, (x, y) in enumerate(zip(a, b)):
        if x != y:
            return f"at byte {at} of {len(a)}"
    return f"in length, {len(a)} against {len(b)}"


def compare(release, again):
    ours, theirs = files_of(release), files_of(again)
    for name in sorted(set(ours) & set(theirs)):
        if ours[name].read_bytes() != theirs[name].read_bytes():
            yield f"{name} differs {first_difference(ours[name], theirs[name])}"
    for name in sorted(set(theirs) - set(ours)):
        yield f"{name} came only of the second build"
    # What an earlier build of another version left in the folder is no part of this one.


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zig", required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True, help="the tree that was built")
    parser.add_argument("--release", type=pathlib.Path, required=True, help="what came of it")
    parser.add_argument("words", nargs="*", help="options of the build")
    options = parser.parse_args()
    place = pathlib.Path(tempfile.mkdtemp(prefix="plumbline-verify-"))
    other = place / "of-another-length" / "plumbline"
    try:
        copy_tree(options.root.absolute(), other)
        build(options.zig, other, options.words)
        again = other / "zig-out/release"
        found = list(compare(options.release, again))
        if found:
            keep = options.root / PLACE / "differs"
            shutil.rmtree(keep, ignore_errors=True)
            shutil.copytree(again, keep)
            raise Fault("the second build differs from the first: " + "; ".join(found) + f". It is kept in {keep}")
        for name, path in files_of(again).items():
            print(f"verify: {name} came out the same twice ({path.stat().st_size} bytes)")
    except (Fault, OSError) as error:
        print(f"verify: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
