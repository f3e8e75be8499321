"""The static file on other systems: Debian's releases, made by debootstrap and kept in .zig-cache/plumbline/roots, with the package installed.

A root that cannot be made here (its release has left the mirror, there is no network, or nobody is root) is told as not run.
"""
import os
import shutil
import subprocess
import tempfile

import release_tls
from released import HERE_ARCH, KEYS, ROOT, not_run, run, say

RELEASES = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"}
PLACE = ROOT / ".zig-cache/plumbline/roots"
DEBIAN = {"aarch64": "arm64", "x86_64": "amd64"}


def mirror():
    """The one that this system gets its packages from."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    found = [line.rstrip("/") for line in done.stdout.split() if line.rstrip("/").endswith("/debian")]
    return found[0] if found else None


def make(suite):
    """The root, or None and why."""
    kept = PLACE / suite
    if (kept / "etc/debian_version").is_file():
        return kept, ""
    if os.geteuid() != 0:
        return None, "debootstrap needs root"
    source = mirror()
    if not source:
        return None, "APT has no list of Debian's packages; run apt-get update"
    PLACE.mkdir(parents=True, exist_ok=True)
    part = tempfile.mkdtemp(prefix=".making-", dir=PLACE)
    try:
        done = subprocess.run(["debootstrap", "--variant=minbase", "--include=ca-certificates", suite, part, source], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=1800)
        if done.returncode != 0:
            return None, "debootstrap: " + done.stdout.strip()[-250:]
        os.rename(part, kept)
        return kept, ""
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def inside(root, *words, env=None, seconds=300):
    env = dict({"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}, **(env or {}))
    return run(shutil.which("chroot") or "/usr/sbin/chroot", root, *words, env=env, seconds=seconds)


def read_rows(path):
    with open(path, newline="") as file:
        return file.read()


def test_root(name, root, package, version, development, authority, server):
    shutil.copy(package, root / "plumbline.deb")
    done = inside(root, "dpkg", "--install", "/plumbline.deb")
    say(done.returncode == 0, "%s: dpkg installs the package" % name, done.stdout + done.stderr)
    done = inside(root, "plumbline", "version")
    say(done.stdout == "plumbline %s\n" % version, "%s: it runs" % name, done.stdout + done.stderr)
    done = inside(root, "plumbline", "demo", "--quiet", "--output", "/demo", "--format", "html,xlsx,json,csv")
    same = done.returncode == 0 and read_rows(root / "demo/report.csv") == read_rows(development / "report.csv")
    say(same, "%s: the demo's findings are those of the development build" % name, done.stderr)
    own = root / "usr/local/share/ca-certificates/plumbline-test.crt"
    env = dict(KEYS, AWS_ENDPOINT_URL=server.url)
    release_tls.expect("%s: an authority that the system does not know" % name, inside(root, "plumbline", "call", "sts", "GetCallerIdentity", env=env),
                       "TlsError", "/etc/ssl/certs/ca-certificates.crt (from the system)")
    own.write_bytes(authority.pem())
    inside(root, "update-ca-certificates")
    release_tls.expect("%s: one that update-ca-certificates added" % name, inside(root, "plumbline", "call", "sts", "GetCallerIdentity", env=env))
    own.unlink()
    inside(root, "update-ca-certificates", "--fresh")
    done = inside(root, "dpkg", "--purge", "plumbline")
    left = [path for path in ("usr/bin/plumbline", "usr/share/doc/plumbline", "usr/share/man/man1/plumbline.1.gz") if (root / path).exists()]
    say(done.returncode == 0 and not left, "%s: dpkg takes it off again" % name, left or done.stderr)
    shutil.rmtree(root / "demo", ignore_errors=True)
    (root / "plumbline.deb").unlink()


def test_all(where, binary, version, development):
    package = where / ("plumbline_%s_%s.deb" % (version, DEBIAN[HERE_ARCH]))
    if not package.is_file():
        say(False, "Debian's releases", "there is no %s" % package)
        return
    authority = release_tls.Authority("the tests' root")
    with release_tls.Server(release_tls.context_of(authority.issue(["localhost"]))) as server:
        for suite, number in RELEASES.items():
            name = "Debian %s (%s)" % (number, suite)
            root, why = make(suite)
            if root:
                test_root(name, root, package, version, development, authority, server)
            else:
                not_run(name, why)
