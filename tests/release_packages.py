"""What is handed out beside the static files: sums, bills of materials, licences, Debian packages, the image, and that they are made again the same."""
import csv
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

import cyclonedx.schema
import jsonschema
import referencing
import referencing.jsonschema
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from released import ROOT, Bare, run, say

# Says where the libraries of this machine are others, which is no part of what is handed out.
OF_THE_MACHINE = {"SHA256SUMS", "DIFFERENCES.txt"}
KEEP = ROOT / ".zig-cache/plumbline/sources"
DEBIAN = {"aarch64": "arm64", "x86_64": "amd64"}


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def pins():
    with open(ROOT / "deps/sources.tsv", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def command(*words, seconds=600, **more):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=seconds, **more)


# ---- Sums, bills, licences

def test_sums(where, found, version):
    done = command("sha256sum", "-c", "--strict", "SHA256SUMS", cwd=where)
    say(done.returncode == 0, "sha256sum -c", done.stdout)
    listed = {line.split("  ", 1)[1] for line in (where / "SHA256SUMS").read_text().splitlines()}
    there = {path.name for path in where.iterdir() if path.name not in OF_THE_MACHINE and not path.name.startswith(".")}
    say(listed == there, "SHA256SUMS has every file of the folder", listed ^ there)
    wanted = {path.name for path in found.values()} | {"plumbline_%s_%s.deb" % (version, DEBIAN[arch]) for arch in found} | {
        "plumbline-%s%s" % (version, end) for end in ("-oci.tar", ".cdx.json", ".spdx.json")} | {"THIRD-PARTY-LICENSES.txt"}
    say(wanted <= there, "nothing of the release is missing", wanted - there)


def cyclonedx_validator():
    """The schemas as their project publishes them."""
    folder = pathlib.Path(cyclonedx.schema.__file__).parent / "_res"
    read = {name: json.loads((folder / (name + ".SNAPSHOT.schema.json")).read_text()) for name in ("bom-1.5", "spdx", "jsf-0.82")}
    known = [("http://cyclonedx.org/schema/%s.SNAPSHOT.schema.json" % name, referencing.jsonschema.DRAFT7.create_resource(read[name]))
             for name in ("spdx", "jsf-0.82")]
    return jsonschema.Draft7Validator(read["bom-1.5"], registry=referencing.Registry().with_resources(known),
                                      format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)


def test_bills(where, found, version):
    cdx_path, spdx_path = where / ("plumbline-%s.cdx.json" % version), where / ("plumbline-%s.spdx.json" % version)
    cdx = json.loads(cdx_path.read_text())
    errors = ["%s: %s" % (error.json_path, error.message[:120]) for error in cyclonedx_validator().iter_errors(cdx)]
    say(not errors, "CycloneDX is valid by its schema", errors[:3])
    bad = json.loads(json.dumps(cdx))
    bad["components"][0]["licenses"] = [{"license": {"id": "No-Such-Licence"}}]
    say(any(cyclonedx_validator().iter_errors(bad)), "the schema refuses a licence that there is not")
    messages = validate_full_spdx_document(parse_file(str(spdx_path)))
    say(not messages, "SPDX is valid", [message.validation_message for message in messages[:3]])
    spdx = json.loads(spdx_path.read_text())
    parts = {part["name"]: part for part in cdx["components"]}
    packages = {package["name"]: package for package in spdx["packages"] if package["name"] != "plumbline"}
    say(set(parts) == set(packages), "both bills name the same parts", set(parts) ^ set(packages))
    lacking = [name for name, part in parts.items() if not part.get("version") or not part.get("licenses") or not part["externalReferences"]]
    lacking += [name for name, one in packages.items() if not re.fullmatch("[0-9a-f]{64}", one["checksums"][0]["checksumValue"])
                or not one["versionInfo"] or one["licenseDeclared"] in ("", "NOASSERTION")]
    say(not lacking, "each part has version, source hash and licence", lacking)
    wrong = [pin["file"] for pin in pins() if pin["sha256"] not in json.dumps(parts.get(pin["library"], ""))
             or pin["sha256"] not in json.dumps(packages.get(pin["library"], ""))]
    say(not wrong, "each pinned source is in both bills, with its hash", wrong)
    say({"musl", "zig-runtime"} <= set(parts), "what comes with Zig is in the bills", list(parts))
    text = json.dumps(cdx["metadata"]) + json.dumps(spdx["files"])
    say(all(text.count(digest(path)) == 2 for path in found.values()), "both bills have the files' own hashes")


def test_versions(binary, where, version):
    """What the program says it is made of is what the bill says."""
    parts = {part["name"]: part["version"] for part in json.loads((where / ("plumbline-%s.cdx.json" % version)).read_text())["components"]}
    said = run(binary, "version", "--verbose").stdout
    wrong = []
    for name in ("libcurl", "openssl", "sqlite", "jansson", "expat", "cmark-gfm", "libyaml", "zstd", "zlib", "libxlsxwriter"):
        match = re.search(r"^%s\b\D*?(\d[\w.]*)" % re.escape(name), said, re.MULTILINE | re.IGNORECASE)
        theirs = re.sub(r"^\d+:", "", parts.get("curl" if name == "libcurl" else name, ""))
        if not match or not (theirs + "-").startswith((match[1] + "-", match[1] + ".", match[1] + "+")):
            wrong.append((name, match and match[0], theirs))
    say(not wrong, "version --verbose and the bill agree", wrong)


def test_licences(where):
    text = (where / "THIRD-PARTY-LICENSES.txt").read_text()
    marks = {"curl": "Daniel Stenberg", "openssl": "Apache License", "zlib": "Jean-loup Gailly", "expat": "Expat maintainers", "sqlite": "blessing",
             "jansson": "Petri Lehtinen", "libyaml": "Kirill Simonov", "zstd": "Meta Platforms|Facebook", "jemalloc": "Jason Evans", "libxlsxwriter": "John McNamara",
             "cmark-gfm": "John MacFarlane", "musl": "Rich Felker", "zig-runtime": "Zig contributors", "ca-certificates": "Mozilla"}
    sections = {part.split()[0]: part for part in re.split(r"={80}\n(?=\S+ \d\S*\nSPDX: )", text)[1:]}
    wrong = [name for name, mark in marks.items() if not re.search(mark, sections.get(name, ""))]
    say(not wrong, "the licence texts are those of their sources", wrong)
    lacking = {pin["library"] for pin in pins()} - set(sections)
    say(not lacking, "each library of deps/sources.tsv has its licence text", lacking)


# ---- Debian packages

def test_deb(path, binary, version, arch):
    def name(text):
        return "%s: %s" % (path.name, text)

    done = command("lintian", "--allow-root", "--no-cfg", "--fail-on", "error,warning", path)
    say(done.returncode == 0, name("lintian finds no error and no warning"), done.stdout)
    fields = command("dpkg-deb", "--field", path, "Package", "Version", "Architecture").stdout
    say(fields == "Package: plumbline\nVersion: %s\nArchitecture: %s\n" % (version, DEBIAN[arch]), name("dpkg-deb reads its fields"), fields)
    with tempfile.TemporaryDirectory() as place:
        done = command("dpkg-deb", "--extract", path, place)
        inside = pathlib.Path(place)
        say(done.returncode == 0 and digest(inside / "usr/bin/plumbline") == digest(binary), name("it holds the file of the release"), done.stdout)
        modes = {str(one.relative_to(inside)): oct(one.stat().st_mode & 0o7777) for one in inside.rglob("*") if one.is_file()}
        odd = {one: mode for one, mode in modes.items() if mode != ("0o755" if one == "usr/bin/plumbline" else "0o644")}
        say(not odd, name("only the program may be run"), odd)
        control = command("dpkg-deb", "--ctrl-tarfile", path)
        say(control.returncode == 0, name("its control archive is whole"))
        page = inside / "usr/share/man/man1/plumbline.1.gz"
        shown = command("man", "--warnings", "-l", page, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "PAGER": "cat"})
        missing = [word for word in ("plumbline scan", "--fail-on SEVERITY", "--ca-bundle FILE", "plumbline verify") if word not in shown.stdout]
        say(shown.returncode == 0 and not missing and "warning" not in shown.stdout, name("the manual names commands and options"), missing or shown.stdout[:300])
    sums = command("sh", "-c", "dpkg-deb --ctrl-tarfile \"$0\" | tar xO ./md5sums | wc -l", path).stdout.strip()
    say(sums == str(len(modes)), name("md5sums has every file"), "%s of %d" % (sums, len(modes)))


# ---- The image

def blob(archive, name):
    payload = archive.extractfile("blobs/sha256/" + name.removeprefix("sha256:")).read()
    if "sha256:" + hashlib.sha256(payload).hexdigest() != name:
        raise ValueError("%s is not what its name says" % name)
    return payload


def test_image(path, found):
    for arch, name in DEBIAN.items():
        done = subprocess.run(["skopeo", "--override-arch", name, "inspect", "oci-archive:%s" % path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        about = json.loads(done.stdout) if done.returncode == 0 else {}
        say(about.get("Architecture") == name and about.get("Os") == "linux", "skopeo inspects the image for %s" % name, done.stderr)
    with tempfile.TemporaryDirectory() as place:
        done = command("skopeo", "--insecure-policy", "copy", "--all", "oci-archive:%s" % path, "oci:%s/image:x" % place)
        say(done.returncode == 0, "skopeo copies the image whole", done.stdout)
    with tarfile.open(path) as archive:
        top = json.loads(archive.extractfile("index.json").read())
        images = json.loads(blob(archive, top["manifests"][0]["digest"]))["manifests"]
        say(len(images) == len(found) == 2, "the image is there for both architectures", len(images))
        for image in images:
            test_layer(archive, image, found)


def test_layer(archive, image, found):
    arch = next(key for key, name in DEBIAN.items() if name == image["platform"]["architecture"])
    manifest = json.loads(blob(archive, image["digest"]))
    config = json.loads(blob(archive, manifest["config"]["digest"]))
    with tarfile.open(fileobj=io.BytesIO(blob(archive, manifest["layers"][0]["digest"]))) as layer:
        files = {member.name: layer.extractfile(member).read() for member in layer if member.isfile()}
        links = [member.name for member in layer if not member.isfile() and not member.isdir()]
    say(set(files) == {"usr/bin/plumbline", "etc/ssl/certs/ca-certificates.crt"} and not links, "%s image: the program and certificates, nothing else" % arch,
        sorted(files))
    say(hashlib.sha256(files["usr/bin/plumbline"]).hexdigest() == digest(found[arch]), "%s image: it holds the file of the release" % arch)
    say(config["config"]["Entrypoint"] == ["/usr/bin/plumbline"] and config["config"]["User"].split(":")[0] not in ("", "0", "root"),
        "%s image: it runs the program, and not as root" % arch, config["config"])
    test_certificates(arch, files["etc/ssl/certs/ca-certificates.crt"])
    if arch == os.uname().machine:
        with Bare(found[arch], {"/etc/ssl/certs/ca-certificates.crt": files["etc/ssl/certs/ca-certificates.crt"]}) as bare:
            done = bare.run("version", user=config["config"]["User"])
            say(done.returncode == 0 and done.stdout.startswith("plumbline "), "%s image: it runs as its user" % arch, done.stderr)


def test_certificates(arch, bundle):
    """The same as Debian's own package has, unpacked by Debian's own tool."""
    pin = next((pin for pin in pins() if pin["library"] == "ca-certificates"), None)
    if not pin:
        say(False, "%s image: its certificates are Debian's" % arch, "deps/sources.tsv pins no ca-certificates")
        return
    with tempfile.TemporaryDirectory() as place:
        command("dpkg-deb", "--extract", KEEP / pin["file"], place)
        theirs = {path.read_text().strip() for path in pathlib.Path(place).glob("usr/share/ca-certificates/**/*.crt")}
    ours = {"-----BEGIN" + part.rstrip() for part in bundle.decode().split("-----BEGIN")[1:]}
    say(ours == theirs and len(ours) > 100, "%s image: its certificates are Debian's" % arch, "%d and %d" % (len(ours), len(theirs)))


# ---- Made again, and faults

def package(place, keep=KEEP, sources=None, **variables):
    zig = next((ROOT / ".zig-cache/plumbline/zig").glob("lib/python3*/site-packages/ziglang/zig"))
    return command(sys.executable, ROOT / "deps/package.py", "--release", place, "--sources", sources or ROOT / "deps/sources.tsv", "--keep", keep,
                   "--zig", zig, env={"PATH": os.environ["PATH"], **variables}, cwd="/")


def test_again(where, found):
    with tempfile.TemporaryDirectory(prefix="plumbline here-") as place:
        for path in found.values():
            shutil.copy(path, place)
            os.utime(os.path.join(place, path.name), (1, 1))
        done = package(place, TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="7")
        names = {path.name for path in where.iterdir() if not path.name.startswith(".") and path.name != "DIFFERENCES.txt"}
        differ = [name for name in sorted(names | {path.name for path in pathlib.Path(place).iterdir() if not path.name.startswith(".")})
                  if not os.path.exists(os.path.join(place, name)) or not (where / name).exists() or digest(where / name) != digest(os.path.join(place, name))]
        say(done.returncode == 0 and not differ, "packages made again, elsewhere and later, are the same bytes", differ or done.stdout)
        before = os.stat(os.path.join(place, "SHA256SUMS")).st_mtime_ns
        package(place)
        say(os.stat(os.path.join(place, "SHA256SUMS")).st_mtime_ns == before, "nothing is made again where nothing changed")
        test_faults(place, found)


def test_faults(place, found):
    """Each ends with what to do, and without SHA256SUMS, which stands only where all is whole."""
    pin = next(pin for pin in pins() if pin["library"] == "jansson" and ".orig.tar" in pin["file"])
    one = min(found.values(), key=lambda path: path.stat().st_size).name
    with tempfile.TemporaryDirectory() as empty:
        broken = pathlib.Path(empty) / "broken"
        shutil.copytree(KEEP, broken, ignore=lambda folder, names: [name for name in names if not name.endswith((".deb", ".gz", ".xz", ".bz2"))])
        (broken / pin["file"]).write_bytes(b"not what is pinned")
        table = pathlib.Path(empty) / "sources.tsv"
        table.write_text((ROOT / "deps/sources.tsv").read_text().replace(pin["sha256"], "no hash"))
        text = pathlib.Path(empty) / "text"
        shutil.copytree(place, text)
        (text / one).write_text("no program")
        cases = [("a source that is not there", place, {"keep": empty}, "./zigw build release"), ("a source that was changed", place, {"keep": broken}, pin["file"]),
                 ("a pin that is no hash", place, {"sources": table}, "sources.tsv, line"), ("a file that is no program", str(text), {}, one)]
        for name, folder, more, says in cases:
            for known in ("SHA256SUMS", ".made-from"):
                pathlib.Path(folder, known).unlink(missing_ok=True)
            done = package(folder, **more)
            left = [path for path in os.listdir(folder) if path == "SHA256SUMS" or path.startswith(".making")]
            say(done.returncode == 1 and says in done.stdout and not left and "Traceback" not in done.stdout, "packaging with %s: what to do, nothing half-made" % name,
                "exit %d, left %s: %s" % (done.returncode, left, done.stdout))


def test_all(where, found, version):
    if not (where / "SHA256SUMS").is_file():
        say(False, "packages", "%s has no SHA256SUMS: deps/package.py did not run to its end" % where)
        return
    test_sums(where, found, version)
    test_bills(where, found, version)
    test_licences(where)
    if os.uname().machine in found:
        test_versions(found[os.uname().machine], where, version)
    for arch, binary in found.items():
        test_deb(where / ("plumbline_%s_%s.deb" % (version, DEBIAN[arch])), binary, version, arch)
    test_image(where / ("plumbline-%s-oci.tar" % version), found)
    test_again(where, found)
