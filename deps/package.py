#!/usr/bin/env python3
"""Makes of the static files of a release what is handed out beside them, byte for byte the same from the same inputs.

Into --release, where plumbline-VERSION-linux-ARCH stand: SHA256SUMS, bills of materials (CycloneDX 1.5 and SPDX 2.3),
THIRD-PARTY-LICENSES.txt, a .deb for each architecture, and one OCI image archive for all. Where SHA256SUMS stands, all
of it is there and belongs together.
"""

import argparse
import gzip
import hashlib
import io
import json
import lzma
import os
import pathlib
import platform
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import bill  # noqa: E402
import manual  # noqa: E402

# By the end of a file's name: Debian's name, the ELF machine, and what an image calls it.
ARCHITECTURES = {"aarch64": ("arm64", 183, "arm64"), "x86_64": ("amd64", 62, "amd64")}
NAME = re.compile(r"plumbline-(?P<version>\d[\w.+-]*)-linux-(?P<arch>%s)" % "|".join(ARCHITECTURES))
CERTIFICATES = "ca-certificates"
# Nobody in particular, so that the image does not run as root.
NOBODY = "65534:65534"
MAINTAINER = "Plumbline contributors <contributors@plumbline.invalid>"
OVERRIDES = """\
# One file that runs where nothing may be installed is what this package is for; what is in it, from which
# source, is in third-party.txt.gz and in the bills of materials that are published beside the package.
plumbline: embedded-library *
# A static program that can be placed anywhere (static-pie) is taken for a library.
plumbline: shared-library-lacks-prerequisites [usr/bin/plumbline]
"""


class Fault(Exception):
    """What went wrong, and what to do."""


class Library:
    """What is linked in: its name, version, licence (SPDX), files [(name, SHA-256)] and what it lacks."""

    def __init__(self, name, package, version, licence, lacks=""):
        self.name, self.package, self.version, self.licence, self.lacks = name, package, version, licence, lacks
        self.files = []
        self.text = ""
        self.is_debian = True


def sha256(payload):
    return hashlib.sha256(payload).hexdigest()


# ---- What goes in

def read_sources(path):
    """The libraries of deps/sources.tsv, which has a line for each file."""
    lines = path.read_text().splitlines()
    columns = lines[0].split("\t") if lines else []
    wanted = ["library", "package", "version", "file", "sha256", "licence"]
    if columns[:len(wanted)] != wanted:
        raise Fault(f"{path} must begin with a line of the columns {', '.join(wanted)}")
    libraries = {}
    for number, line in enumerate(lines[1:], 2):
        row = dict(zip(columns, line.split("\t")))
        if len(row) < len(wanted) or not re.fullmatch(r"[0-9a-f]{64}", row["sha256"]):
            raise Fault(f"{path}, line {number}: a column is missing, or sha256 is no SHA-256")
        library = libraries.setdefault(row["library"], Library(row["library"], row["package"], row["version"], row["licence"]))
        library.files.append((row["file"], row["sha256"]))
        if ".debian.tar." in row["file"]:
            library.version = row["version"]  # the patches tell more than what they patch
        library.lacks = library.lacks or row.get("lacks", "")
    for library in libraries.values():
        if library.lacks and not any(".debian.tar." in name for name, _ in library.files):
            # Whoever looks up Debian's version would take its fixes to be in.
            library.version, library.is_debian = re.sub(r"^\d+:|-[^-]*$", "", library.version), False
    return libraries


def find_binaries(folder, version, only):
    found = {}
    versions = set()
    for path in sorted(folder.glob("plumbline-*-linux-*")):
        match = NAME.fullmatch(path.name)
        if match and version in (None, match["version"]) and only in (None, match["arch"]):
            versions.add(match["version"])
            found[match["arch"]] = path
    if not found:
        raise Fault(f"{folder} holds no plumbline-{version or 'VERSION'}-linux-{only or 'ARCH'}; run ./zigw build release")
    if len(versions) > 1:
        raise Fault(f"{folder} holds several versions ({', '.join(sorted(versions))}); remove the old ones or name one by --version")
    for arch, path in found.items():
        check_elf(path, arch)
    return versions.pop(), found


def check_elf(path, arch):
    head = path.read_bytes()[:64]
    if head[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<H", head, 18)[0] != ARCHITECTURES[arch][1]:
        raise Fault(f"{path} is no program for {arch}; remove it and build it again")


def is_static(binary):
    """Whether no interpreter (program header 3) is named."""
    start, = struct.unpack_from("<Q", binary, 32)
    size, count = struct.unpack_from("<HH", binary, 54)
    return all(struct.unpack_from("<I", binary, start + i * size)[0] != 3 for i in range(count))


def kept_file(keep, name, digest):
    path = keep / name
    if not path.is_file():
        raise Fault(f"{path} is not there; ./zigw build release gets it")
    payload = path.read_bytes()
    if sha256(payload) != digest:
        raise Fault(f"{path} is not what deps/sources.tsv pins; remove it, and ./zigw build release gets it again")
    return payload


def licence_text(library, keep):
    """The licence as the source has it at its top; where it has none, what Debian found in its files."""
    for order in ("upstream", "debian"):
        for name, digest in library.files:
            if (".debian.tar." in name) != (order == "debian"):
                continue
            with tarfile.open(fileobj=io.BytesIO(kept_file(keep, name, digest))) as archive:
                text = first_licence(archive, order)
            if text:
                return text
    raise Fault(f"the source of {library.name} has no licence at its top; pin its .debian.tar file too, which has one")


def first_licence(archive, order):
    """zstd has LICENSE (BSD), which is taken, beside COPYING (GPL), for a choice."""
    wanted = ["copyright"] if order == "debian" else ["license", "licence", "copying"]
    found = []
    for member in archive.getmembers():
        parts = pathlib.PurePosixPath(member.name).parts
        stem = parts[-1].lower().split(".")[0] if len(parts) == 2 and member.isfile() else ""
        if stem in wanted:
            found.append((wanted.index(stem), member.name, member))
    if not found:
        return ""
    return archive.extractfile(min(found)[2]).read().decode("utf-8", "replace").strip() + "\n"


def tree_digest(folder):
    """SHA-256 over "SHA-256  path" lines of the folder's files, sorted: the source as it came with Zig."""
    lines = [f"{sha256(path.read_bytes())}  {path.relative_to(folder).as_posix()}\n" for path in folder.rglob("*") if path.is_file()]
    if not lines:
        raise Fault(f"{folder} is empty or not there; is --zig the one of this build?")
    return sha256("".join(sorted(lines, key=lambda line: line[66:])).encode())


def zig_libraries(zig):
    """The C library and the compiler's own runtime, which come with Zig and not from Debian."""
    lib = zig.resolve().parent / "lib"
    done = subprocess.run([zig, "version"], stdout=subprocess.PIPE, text=True, check=True)
    header = lib / "libc/musl/src/internal/version.h"
    version = re.search(r'"([\d.]+)"', header.read_text()) if header.is_file() else None
    if not version:
        raise Fault(f"{header} does not state musl's version; is --zig the one of this build?")
    musl = Library("musl", "musl", version[1], "MIT")
    musl.files = [("lib/libc/musl of Zig " + done.stdout.strip(), tree_digest(lib / "libc/musl"))]
    musl.text = (lib / "libc/musl/COPYRIGHT").read_text()
    runtime = Library("zig-runtime", "zig", done.stdout.strip(), "MIT", "")
    runtime.files = [("lib/compiler_rt of Zig " + done.stdout.strip(), tree_digest(lib / "compiler_rt"))]
    runtime.text = (lib.parent / "LICENSE").read_text()
    for library in (musl, runtime):
        library.is_debian = False
    return [musl, runtime]


# ---- Certificates, from Debian's package

def get_certificates(library, keep):
    """Debian's bundle: the files of its package, one after another by name, as update-ca-certificates would write it."""
    name, digest = library.files[0]
    if not (keep / name).is_file():
        keep.mkdir(parents=True, exist_ok=True)
        download(library, name, keep)
    files = dict(read_tar(lzma.decompress(ar_member(kept_file(keep, name, digest), "data.tar.xz"))))
    texts = [payload for path, payload in sorted(files.items()) if path.startswith("usr/share/ca-certificates/") and path.endswith(".crt")]
    if len(texts) < 50:
        raise Fault(f"{name} holds {len(texts)} certificates, far fewer than Debian trusts; was its form changed?")
    library.text = files["usr/share/doc/ca-certificates/copyright"].decode()
    return b"".join(text.rstrip(b"\n") + b"\n" for text in texts)


def download(library, name, keep):
    with tempfile.TemporaryDirectory(prefix=".part-", dir=keep) as part:
        os.chmod(part, 0o755)
        command = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", f"{library.package}={library.version}"]
        try:
            done = subprocess.run(command, cwd=part, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except OSError as error:
            raise Fault(f"apt-get could not be started: {error}; put {name} into {keep} by hand") from error
        got = list(pathlib.Path(part).glob("*.deb"))
        if len(got) != 1:
            raise Fault(f"could not get {library.package} {library.version}: run apt-get update, pin the version that Debian has in "
                        f"deps/sources.tsv, or put {name} into {keep} by hand. APT said:\n{done.stdout.rstrip()}")
        got[0].rename(keep / name)


def ar_member(archive, wanted):
    at = 8
    while archive[:8] == b"!<arch>\n" and at + 60 <= len(archive):
        name, size = archive[at:at + 16].decode().strip().rstrip("/"), int(archive[at + 48:at + 58])
        if name == wanted:
            return archive[at + 60:at + 60 + size]
        at += 60 + size + size % 2
    raise Fault(f"a Debian package without {wanted}: was its form changed?")


def read_tar(payload):
    with tarfile.open(fileobj=io.BytesIO(payload)) as archive:
        for member in archive:
            if member.isfile():
                yield member.name.removeprefix("./"), archive.extractfile(member).read()


# ---- What comes out

def make_tar(files, epoch, prefix=""):
    """files: {path: (payload, mode)}. Folders stand before what is in them; everything belongs to root."""
    folders = {str(parent) for path in files for parent in pathlib.PurePosixPath(path).parents} - {"."}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted(folders | set(files)) if not prefix else [""] + sorted(folders | set(files)):
            member = tarfile.TarInfo(prefix + path)
            member.mtime, member.uname, member.gname = epoch, "root", "root"
            payload, member.mode = files.get(path, (None, 0o755))
            if payload is None:
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(payload)
            archive.addfile(member, io.BytesIO(payload or b""))
    return out.getvalue()


def gzipped(payload):
    return gzip.compress(payload, 9, mtime=0)


def make_ar(members, epoch):
    out = [b"!<arch>\n"]
    for name, payload in members:
        out.append(f"{name:<16}{epoch:<12}{0:<6}{0:<6}{0o100644:<8o}{len(payload):<10}`\n".encode())
        out.append(payload + b"\n" * (len(payload) % 2))
    return b"".join(out)


def debian_version(version):
    """A pre-release (1.0.0-rc1) comes before its release."""
    return version.replace("-", "~")


def debian_changelog(version, changes, epoch):
    """What CHANGELOG.md says of this version, in Debian's form."""
    section = re.search(r"^## %s\b[^\n]*\n(.*?)(?=^## |\Z)" % re.escape(version), changes, re.MULTILINE | re.DOTALL)
    items = re.findall(r"^- (.*?)(?=^- |^$|\Z)", section[1] if section else "", re.MULTILINE | re.DOTALL)
    lines = [textwrap.fill(" ".join(item.replace("`", "").split()), 79, initial_indent="  * ", subsequent_indent="    ",
                           break_on_hyphens=False) for item in items or [f"Version {version}."]]
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(epoch))
    return f"plumbline ({debian_version(version)}) stable; urgency=medium\n\n" + "\n".join(lines) + f"\n\n -- {MAINTAINER}  {when}\n"


COPYRIGHT = """\
Plumbline assesses an AWS account read-only against security checks.

Copyright: 2026 Plumbline contributors
License: Apache-2.0, see /usr/share/common-licenses/Apache-2.0

The program holds these libraries, whose licences are in third-party.txt.gz beside this file:

"""


def make_deb(made, arch):
    name = ARCHITECTURES[arch][0]
    doc = "usr/share/doc/plumbline/"
    listed = "".join(f"  {one.name} {one.version}: {one.licence}\n" for one in made.libraries)
    changelog = debian_changelog(made.version, made.changes, made.epoch)
    files = {
        "usr/bin/plumbline": (made.binaries[arch], 0o755),
        doc + "changelog.gz": (gzipped(changelog.encode()), 0o644),
        doc + "copyright": ((COPYRIGHT + listed).encode(), 0o644),
        doc + "third-party.txt.gz": (gzipped(made.notices), 0o644),
        "usr/share/man/man1/plumbline.1.gz": (gzipped(made.manual), 0o644),
        "usr/share/lintian/overrides/plumbline": (OVERRIDES.encode(), 0o644),
    }
    size = sum(-(-len(payload) // 1024) for payload, _ in files.values()) + 10
    control = f"""\
Package: plumbline
Version: {debian_version(made.version)}
Architecture: {name}
Maintainer: {MAINTAINER}
Installed-Size: {size}
Recommends: ca-certificates
Section: admin
Priority: optional
Description: assesses an AWS account read-only against security checks
 Plumbline collects from a live AWS account with read calls only, keeps every
 call and its answer in one SQLite file, judges that evidence by checks written
 in SQL, and writes reports as HTML, XLSX and JSON, with a fix for each failure.
 .
 What it could not look at is never counted as passed.
"""
    sums = "".join(f"{hashlib.md5(payload).hexdigest()}  {path}\n" for path, (payload, _) in sorted(files.items()))
    inner = {"control": (control.encode(), 0o644), "md5sums": (sums.encode(), 0o644)}
    members = [("debian-binary", b"2.0\n")]
    for part, content in (("control", inner), ("data", files)):
        members.append((part + ".tar.xz", lzma.compress(make_tar(content, made.epoch, "./"), preset=6)))
    return make_ar(members, made.epoch)


def make_image(made, certificates):
    """An OCI image layout in a tar: one index that names an image for each architecture."""
    blobs = {}
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(made.epoch))
    notes = {"org.opencontainers.image.created": created, "org.opencontainers.image.licenses": "Apache-2.0",
             "org.opencontainers.image.title": "plumbline", "org.opencontainers.image.version": made.version}
    if made.commit:
        notes["org.opencontainers.image.revision"] = made.commit

    def add(kind, payload, **more):
        if not isinstance(payload, bytes):
            payload = json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()
        blobs["blobs/sha256/" + sha256(payload)] = (payload, 0o644)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": "sha256:" + sha256(payload), "size": len(payload), **more}

    images = []
    for arch in sorted(made.binaries):
        layer = make_tar({"etc/ssl/certs/ca-certificates.crt": (certificates, 0o644),
                          "usr/bin/plumbline": (made.binaries[arch], 0o755)}, made.epoch)
        where = {"architecture": ARCHITECTURES[arch][2], "os": "linux"}
        config = add("config.v1+json", {
            **where, "created": created, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha256(layer)]},
            "config": {"Entrypoint": ["/usr/bin/plumbline"], "User": NOBODY, "WorkingDir": "/", "Labels": notes},
            "history": [{"created": created, "comment": "the static program and Debian's certificates"}]})
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
                    "layers": [add("layer.v1.tar+gzip", gzipped(layer))], "annotations": notes}
        images.append(add("manifest.v1+json", manifest, platform=where))
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json"}
    all_of_them = add("index.v1+json", {**index, "manifests": images, "annotations": notes},
                      annotations={"org.opencontainers.image.ref.name": made.version})
    top = {**index, "manifests": [all_of_them]}
    return make_tar({**blobs, "index.json": (json.dumps(top, sort_keys=True).encode(), 0o644),
                     "oci-layout": (b'{"imageLayoutVersion":"1.0.0"}', 0o644)}, made.epoch)


def make_notices(libraries):
    rule = "=" * 80
    parts = ["The files of this release hold the libraries below. Each one's licence follows as its source states it.\n"]
    for library in libraries:
        note = f"Note: {library.lacks}\n" if library.lacks else ""
        parts.append(f"{rule}\n{library.name} {library.version}\nSPDX: {library.licence}\n{note}{rule}\n\n{library.text.strip()}\n")
    return "\n".join(parts).encode()


# ---- The whole

class Made:
    """What is packaged: version, commit, epoch, binaries {arch: bytes}, libraries, and texts made of them."""


def commit_of(folder):
    """The commit and its time, or nothing outside a git checkout."""
    try:
        done = subprocess.run(["git", "log", "-1", "--format=%H %ct"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return "", None
    words = done.stdout.split()
    return (words[0], int(words[1])) if done.returncode == 0 and len(words) == 2 else ("", None)


def epoch_of(committed):
    """Seconds of all times in what is made. Without a commit: any time that is the same tomorrow."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given and not given.isdigit():
        raise Fault(f"SOURCE_DATE_EPOCH must be seconds since 1970, not {given!r}")
    return int(given) if given else committed or 1767225600


def state_of(options, binaries):
    """One hash of everything that the results depend on."""
    inputs = [options.sources, HERE.parent / "CHANGELOG.md", *sorted(HERE.glob("*.py")), *binaries.values()]
    commit, committed = commit_of(HERE)
    text = "\n".join([f"{path.name} {sha256(path.read_bytes())}" for path in inputs] + [commit, str(epoch_of(committed))])
    return sha256(text.encode())


def is_made(folder, state):
    sums, stamp = folder / "SHA256SUMS", folder / ".made-from"
    if not sums.is_file() or not stamp.is_file() or stamp.read_text() != state:
        return False
    lines = [line.split("  ", 1) for line in sums.read_text().splitlines()]
    return all((folder / name).is_file() and sha256((folder / name).read_bytes()) == digest for digest, name in lines)


def gather(options, version, binaries):
    made = Made()
    made.version = version
    made.commit, committed = commit_of(HERE)
    made.epoch = epoch_of(committed)
    made.changes = (HERE.parent / "CHANGELOG.md").read_text()
    made.binaries = {arch: path.read_bytes() for arch, path in binaries.items()}
    libraries = read_sources(options.sources)
    if CERTIFICATES not in libraries:
        raise Fault(f"{options.sources} pins no {CERTIFICATES}, which the image holds; add the line of its .deb")
    made.certificates = libraries.pop(CERTIFICATES)
    for library in libraries.values():
        library.text = licence_text(library, options.keep)
    made.libraries = list(libraries.values())
    if any(is_static(binary) for binary in made.binaries.values()):
        made.libraries += zig_libraries(options.zig)
    made.libraries.sort(key=lambda library: library.name)
    runnable = binaries.get(platform.machine())
    if not runnable:
        raise Fault(f"none of the files runs on this machine ({platform.machine()}), and the manual is made of the program's help; "
                    "build this architecture too")
    made.manual = manual.page(runnable.resolve(), version, made.epoch).encode()
    return made


def results(made, keep):
    """{file name: bytes}, all but SHA256SUMS."""
    certificates = get_certificates(made.certificates, keep)
    made.notices = make_notices(made.libraries + [made.certificates])
    stem = f"plumbline-{made.version}"
    out = {"THIRD-PARTY-LICENSES.txt": made.notices,
           f"{stem}-oci.tar": make_image(made, certificates),
           f"{stem}.cdx.json": bill.as_bytes(bill.cyclonedx(made)),
           f"{stem}.spdx.json": bill.as_bytes(bill.spdx(made))}
    for arch in made.binaries:
        out[f"plumbline_{debian_version(made.version)}_{ARCHITECTURES[arch][0]}.deb"] = make_deb(made, arch)
    return out


def write(folder, files, binaries, state):
    """All is made before anything is put in place, and SHA256SUMS comes last."""
    place = pathlib.Path(tempfile.mkdtemp(prefix=".making-", dir=folder))
    try:
        sums = {path.name: sha256(path.read_bytes()) for path in binaries.values()}
        for name, payload in files.items():
            (place / name).write_bytes(payload)
            sums[name] = sha256(payload)
        (place / ".made-from").write_text(state)
        (place / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())))
        for name in [*files, ".made-from", "SHA256SUMS"]:
            (place / name).replace(folder / name)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def run(options):
    for left in options.release.glob(".making-*"):
        shutil.rmtree(left, ignore_errors=True)
    version, binaries = find_binaries(options.release, options.version, options.only)
    state = state_of(options, binaries)
    if is_made(options.release, state):
        return
    for name in ("SHA256SUMS", ".made-from"):
        (options.release / name).unlink(missing_ok=True)
    made = gather(options, version, binaries)
    write(options.release, results(made, options.keep), binaries, state)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", type=pathlib.Path, required=True, help="the folder of the static files, written to")
    parser.add_argument("--sources", type=pathlib.Path, default=HERE / "sources.tsv", help="the table of pins")
    parser.add_argument("--keep", type=pathlib.Path, default=HERE.parent / ".zig-cache/plumbline/sources", help="where sources are kept")
    parser.add_argument("--zig", type=pathlib.Path, required=True, help="the zig that built the files")
    parser.add_argument("--version", help="package this version (default: the one that is there)")
    parser.add_argument("--only", choices=sorted(ARCHITECTURES), help="package this architecture alone")
    options = parser.parse_args()
    os.umask(0o022)
    try:
        run(options)
    except (Fault, manual.Fault, OSError, subprocess.SubprocessError, tarfile.TarError, lzma.LZMAError) as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
