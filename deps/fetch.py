#!/usr/bin/env python3
"""Gets the source of one library through APT, checks it against its pins, and unpacks it with Debian's patches.

A pin is a line of deps/sources.tsv. What was got is kept in --keep and not got again. APT is given lists and a cache
of its own there, with the source packages of every repository that the system names; the system's are left alone.
"""

import argparse
import contextlib
import fcntl
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

SYSTEM = pathlib.Path("/etc/apt")


def tell(text):
    """To a person: the build takes what a step says for trouble."""
    if sys.stderr.isatty():
        print("fetch: " + text, file=sys.stderr, flush=True)


class Fault(Exception):
    """What went wrong, and what to do."""


class Pin:
    def __init__(self, line):
        columns = line.split("\t")
        if len(columns) < 5:
            raise Fault(f"no line of deps/sources.tsv: {line!r}")
        self.library, self.package, self.version, self.file, self.sha256 = columns[:5]

    def is_patches(self):
        return ".debian.tar." in self.file

    def by_hand(self, keep):
        return (f"Put {self.file} with SHA-256 {self.sha256} into {keep} by hand, "
                f"or pin another version of {self.package} in deps/sources.tsv (deps/README.md says how)")


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Apt:
    """APT with deb-src on, in a folder of its own; every command line says so, which is stronger than any file."""

    def __init__(self, folder):
        self.folder = folder
        self.is_fresh = False
        for name in ("lists/partial", "cache/archives/partial", "sources"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.options = [f"Dir::State::lists={folder}/lists", f"Dir::Cache={folder}/cache",
                        "Dir::Etc::sourcelist=/dev/null", f"Dir::Etc::sourceparts={folder}/sources",
                        "APT::Sandbox::User=root", "Acquire::Retries=2"]

    def run(self, arguments, folder):
        command = ["apt-get", "-q", *(word for option in self.options for word in ("-o", option)), *arguments]
        try:
            done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace")
        except OSError as error:
            raise Fault(f"apt-get could not be started: {error}. The sources come from Debian; build on Debian 12 "
                        "or a relative of it") from error
        return done.returncode, done.stdout

    def lists_are_there(self):
        return any((self.folder / "lists").glob("*Sources*"))

    def update(self):
        """The system's repositories, as sources; a third party's that has none is no fault."""
        for old in (self.folder / "sources").iterdir():
            old.unlink()
        found = [SYSTEM / "sources.list", *sorted((SYSTEM / "sources.list.d").glob("*"))]
        for path in found:
            if path.suffix not in (".list", ".sources") or not path.is_file():
                continue
            text = path.read_text(errors="replace")
            if path.suffix == ".sources":
                text = re.sub(r"(?mi)^Types:.*$", "Types: deb-src", text)
            else:
                text = re.sub(r"(?m)^deb\s", "deb-src ", text)
            (self.folder / "sources" / path.name).write_text(text)
        tell("asking APT for the lists of sources")
        _, output = self.run(["update"], self.folder)
        self.is_fresh = True
        if not self.lists_are_there():
            raise Fault("APT got no list of sources: is the network reached, and is there a Debian repository in "
                        f"{SYSTEM}/sources.list or {SYSTEM}/sources.list.d? It said:\n{output.rstrip()}")

    def get(self, pin, folder):
        """The pinned file into the folder, or what APT said."""
        part = "--diff-only" if pin.is_patches() else "--tar-only"
        _, output = self.run(["source", "--download-only", part, f"{pin.package}={pin.version}"], folder)
        path = folder / pin.file
        return (path, "") if path.is_file() else (None, output)


@contextlib.contextmanager
def locked(keep):
    """One at a time: APT's lists have one writer. Parts that an interrupted run left are swept."""
    keep.mkdir(parents=True, exist_ok=True)
    with open(keep / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in keep.glob(".part-*"):
            shutil.rmtree(left)
        yield


def keep_source(pin, keep):
    kept = keep / pin.file
    if kept.is_file():
        if digest_of(kept) == pin.sha256:
            return kept
        print(f"fetch: {kept} is not what is pinned; getting it again", file=sys.stderr, flush=True)
        kept.unlink()
    apt = Apt(keep / "apt")
    part = pathlib.Path(tempfile.mkdtemp(prefix=".part-", dir=keep))
    try:
        if not apt.lists_are_there():
            apt.update()
        path, said = apt.get(pin, part)
        if not path and not apt.is_fresh:
            apt.update()
            path, said = apt.get(pin, part)
        if not path:
            raise Fault(f"could not get {pin.file}, a source of {pin.package} {pin.version}: APT has it no more, or "
                        f"the network failed. {pin.by_hand(keep)}. APT said:\n{said.rstrip()}")
        digest = digest_of(path)
        if digest != pin.sha256:
            raise Fault(f"{pin.file} came with SHA-256 {digest}, but {pin.sha256} is pinned; it was thrown away. "
                        "Whoever changed it must be known before the pin is. " + pin.by_hand(keep))
        path.rename(kept)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return kept


def members_within(archive, names):
    """The archive's files under these, without its first folder; links that lead out of it are refused by tarfile."""
    for member in archive:
        path = pathlib.PurePosixPath(member.name)
        inner = pathlib.PurePosixPath(*path.parts[1:])
        if names and not any(inner.is_relative_to(name) for name in names):
            continue
        if inner.parts:
            member.name = str(inner)
            yield member


def unpack(path, folder, names):
    with tarfile.open(path) as archive:
        archive.extraction_filter = getattr(tarfile, "tar_filter", None)
        archive.extractall(folder, members_within(archive, names))


def apply_patches(path, folder, without):
    """Debian's series, in its order, as dpkg-source applies it."""
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(path) as archive:
            archive.extraction_filter = getattr(tarfile, "tar_filter", None)
            archive.extractall(place)
        patches = pathlib.Path(place) / "debian/patches"
        for line in (patches / "series").read_text().splitlines():
            name = line.split("#")[0].strip()
            if not name or name in without:
                continue
            done = subprocess.run(["patch", "-p1", "-s", "-f", "-E", "--no-backup-if-mismatch", "-i", patches / name],
                                  cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace")
            if done.returncode != 0:
                raise Fault(f"Debian's patch {name} of {path.name} does not apply: are both pins of one version?\n"
                            f"{done.stdout.rstrip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=pathlib.Path, required=True, help="the folder where sources are kept")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="where to unpack to; made anew")
    parser.add_argument("--only", action="append", default=[], help="unpack only this file or folder")
    parser.add_argument("--without", action="append", default=[], help="leave out this patch of Debian's")
    parser.add_argument("pins", nargs="+", metavar="PIN", help="a line of deps/sources.tsv")
    options = parser.parse_args()
    keep = options.keep.absolute()
    try:
        pins = [Pin(line) for line in options.pins]
        with locked(keep):
            kept = [keep_source(pin, keep) for pin in pins]
        shutil.rmtree(options.output, ignore_errors=True)
        options.output.mkdir(parents=True)
        for pin, path in zip(pins, kept):
            if not pin.is_patches():
                unpack(path, options.output, options.only)
        for pin, path in zip(pins, kept):
            if pin.is_patches():
                apply_patches(path, options.output, options.without)
    except (Fault, OSError, tarfile.TarError) as error:
        shutil.rmtree(options.output, ignore_errors=True)
        print(f"fetch: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
