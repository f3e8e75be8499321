"""How deps/fetch.py ends when a source is missing, has another hash or was cut off, and what deps/compare.py says.

APT is played by a program that hands out what the test put into a folder. Prints `ok NAME` and `not ok NAME: why`;
exit 1 where one failed.
"""
import hashlib
import io
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

DEPS = pathlib.Path(__file__).resolve().parent.parent / "deps"
failed = 0

# Writes what stands in SHELF under the name of the source that is asked for, as `apt-get source --download-only` does.
APT = """\
#!/bin/sh
echo "$*" >>"$SHELF/asked"
for word; do last=$word; done
case " $* " in
*" update "*)
	for word; do case $word in Dir::State::lists=*) touch "${word#*=}/some_Sources" ;; esac; done ;;
*" source "*)
	package=${last%%=*}
	case " $* " in *" --diff-only "*) part=debian ;; *) part=orig ;; esac
	for file in "$SHELF/$package"_*."$part".tar*; do
		[ -e "$file" ] || { echo "E: Can not find version of $last"; exit 100; }
		if [ -e "$SHELF/slow" ]; then
			head -c 10 "$file" >"$(basename "$file")"; touch "$SHELF/started"; exec sleep 60
		fi
		cp "$file" .
	done ;;
esac
"""


def say(ok, name, why=""):
    global failed
    failed += not ok
    print("ok %s" % name if ok else "not ok %s: %s" % (name, str(why).replace("\n", " | ")[:700]), flush=True)


def archive(files, top="thing-1.0/"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(top + name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


class Place:
    """A folder with a shelf that APT takes from, the kept sources, and the output."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.shelf, self.keep, self.output = (self.folder / name for name in ("shelf", "keep", "output"))
        self.shelf.mkdir()
        (self.folder / "bin").mkdir()
        program = self.folder / "bin/apt-get"
        program.write_text(APT)
        program.chmod(0o755)

    def offer(self, name, payload):
        (self.shelf / name).write_bytes(payload)
        return hashlib.sha256(payload).hexdigest()

    def start(self, *pins, words=()):
        env = dict(os.environ, SHELF=str(self.shelf), PATH=f"{self.folder}/bin:{os.environ['PATH']}")
        command = [sys.executable, DEPS / "fetch.py", "--keep", self.keep, "--output", self.output, *words,
                   *("\t".join(["thing", "thing", "1.0-1", *pin, "MIT", ""]) for pin in pins)]
        return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, start_new_session=True)

    def run(self, *pins, words=()):
        child = self.start(*pins, words=words)
        said, _ = child.communicate(timeout=60)
        return child.returncode, said

    def asked(self):
        path = self.shelf / "asked"
        return path.read_text() if path.exists() else ""

    def left(self):
        """What lies about: parts, and sources that are not whole."""
        return [path.name for path in self.keep.glob("*") if path.name not in ("apt", "lock")] + [path.name for path in self.folder.glob("output")]


ORIG = "thing_1.0.orig.tar.gz"
PATCHES = "thing_1.0-1.debian.tar.gz"
FILES = {"a.c": "int a = 1;\n", "doc/b.txt": "b\n"}
PATCH = "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-int a = 1;\n+int a = 2;\n"


def test_whole(place):
    digest = place.offer(ORIG, archive(FILES))
    patches = place.offer(PATCHES, archive({"patches/series": "# why\none.patch\nnot.patch\n", "patches/one.patch": PATCH,
                                            "patches/not.patch": "--- a/none\n+++ b/none\n@@ -1 +1 @@\n-x\n+y\n"}, "debian/"))
    status, said = place.run((ORIG, digest), (PATCHES, patches), words=["--only", "a.c", "--without", "not.patch"])
    found = sorted(str(path.relative_to(place.output)) for path in place.output.rglob("*")) if place.output.exists() else []
    say(status == 0 and found == ["a.c"] and (place.output / "a.c").read_text() == "int a = 2;\n", "fetch/patched", f"{status} {found} {said}")
    before = place.asked()
    status, said = place.run((ORIG, digest))
    say(status == 0 and place.asked() == before and (place.output / "doc/b.txt").is_file(), "fetch/kept-not-asked-again", f"{status} {said} {place.asked()}")
    (place.keep / ORIG).write_bytes(b"damaged")
    status, said = place.run((ORIG, digest))
    say(status == 0 and "getting it again" in said and (place.keep / ORIG).read_bytes() != b"damaged", "fetch/damaged-is-got-again", f"{status} {said}")
    status, said = place.run((ORIG, digest), (PATCHES, patches))
    say(status == 1 and "not.patch" in said and not place.output.exists(), "fetch/patch-that-does-not-apply", f"{status} {said}")
    say("Dir::State::lists=%s" % place.keep in before and "/etc/apt/sources" not in before, "fetch/system-is-left-alone", before)


def test_missing(place):
    status, said = place.run((ORIG, "0" * 64))
    wanted = ["could not get " + ORIG, "thing 1.0-1", "by hand", str(place.keep), "Can not find version"]
    say(status == 1 and all(text in said for text in wanted) and not place.left(), "fetch/missing", f"{status} {place.left()} {said}")
    # What a person puts there by hand is taken.
    payload = archive(FILES)
    (place.keep / ORIG).write_bytes(payload)
    status, said = place.run((ORIG, hashlib.sha256(payload).hexdigest()))
    say(status == 0 and (place.output / "a.c").is_file(), "fetch/by-hand", f"{status} {said}")


def test_wrong_hash(place):
    place.offer(ORIG, archive(FILES))
    status, said = place.run((ORIG, "0" * 64))
    say(status == 1 and "0" * 64 in said and "thrown away" in said and not place.left(), "fetch/wrong-hash", f"{status} {place.left()} {said}")


def test_interrupted(place):
    digest = place.offer(ORIG, archive(FILES))
    (place.shelf / "slow").touch()
    child = place.start((ORIG, digest))
    limit = time.monotonic() + 30
    while not (place.shelf / "started").exists() and time.monotonic() < limit:
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    half = [path for path in place.keep.rglob(ORIG)]
    say(len(half) == 1 and half[0].parent != place.keep and not place.output.exists(), "fetch/interrupted-is-not-kept", half)
    (place.shelf / "slow").unlink()
    status, said = place.run((ORIG, digest))
    say(status == 0 and sorted(place.left()) == ["output", ORIG], "fetch/interrupted-then-whole", f"{status} {place.left()} {said}")


def test_compare(place):
    sources = place.folder / "sources.tsv"
    columns = "library\tpackage\tversion\tfile\tsha256\tlicence\tlacks\n"
    program = place.folder / "bin/dpkg-query"
    program.write_text("#!/bin/sh\nprintf 'thing\\t1.0-2\\tinstalled\\tlibthing-dev\\nsame\\t3-1\\tinstalled\\tlibsame-dev\\n'\n")
    program.chmod(0o755)
    rows = ["same\tsame\t3-1\tsame_3.orig.tar.gz\t0\tMIT\t", "thing\tthing\t1.0-1\tthing_1.0.orig.tar.gz\t0\tMIT\tlacks its fixes"]
    sources.write_text(columns + "\n".join(rows) + "\n")
    out = place.folder / "zig-out/DIFFERENCES.txt"
    env = dict(os.environ, PATH=f"{place.folder}/bin:{os.environ['PATH']}")
    done = subprocess.run([sys.executable, DEPS / "compare.py", "--sources", sources, "--output", out], env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    said, written = done.stdout, out.read_text() if out.exists() else ""
    wanted = ["thing: the release has 1.0-1, the development build links 1.0-2", "thing: lacks its fixes"]
    say(done.returncode == 0 and all(text in said and text in written for text in wanted) and "same" not in written, "compare/told-and-written",
        f"{said} {written}")


def main():
    for test in (test_whole, test_missing, test_wrong_hash, test_interrupted, test_compare):
        with tempfile.TemporaryDirectory() as folder:
            test(Place(folder))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
