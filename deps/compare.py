#!/usr/bin/env python3
"""Says where the sources of a release differ from the libraries that the development build links, and writes it down.

Two kinds: a library of another version than is pinned, and what deps/sources.tsv says that a pin lacks.
"""

import argparse
import pathlib
import re
import subprocess
import sys

# What pkg-config calls them, for systems without dpkg.
NAMES = {
    "cmark-gfm": "libcmark-gfm", "curl": "libcurl", "expat": "expat", "jansson": "jansson", "libxlsxwriter": "xlsxwriter",
    "libyaml": "yaml-0.1", "openssl": "libcrypto", "sqlite": "sqlite3", "zlib": "zlib", "zstd": "libzstd",
}


def output_of(*command):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    except OSError:
        return ""


def installed_by_dpkg():
    """{source package: version} of those whose headers are installed."""
    found = {}
    for line in output_of("dpkg-query", "-W", "-f", "${source:Package}\t${source:Version}\t${db:Status-Status}\t${Package}\n").splitlines():
        source, version, state, package = line.split("\t")
        if state == "installed" and package.endswith("-dev"):
            found[source] = version
    return found


def upstream(version):
    """1:1.2.13.dfsg-1 is 1.2.13."""
    return re.sub(r"^\d+:|[.+](dfsg|ds)\d*|-[^-]*$", "", version)


def differences(rows, by_dpkg, by_pkg_config):
    """rows: {library: [row]}. Versions are compared by the newest of a library's pins."""
    for library, pins in sorted(rows.items()):
        pinned = max((pin["version"] for pin in pins if ".orig.tar" in pin["file"]), default=None)
        if pinned is None:
            continue  # no library of the program: it comes as a package
        package = pins[0]["package"]
        linked = by_dpkg.get(package)
        if linked:
            if linked != pinned:
                yield f"{library}: the release has {pinned}, the development build links {linked}"
        elif library in NAMES:
            linked = by_pkg_config(NAMES[library])
            if linked and linked != upstream(pinned):
                yield f"{library}: the release has {upstream(pinned)}, the development build links {linked}"
        for pin in pins:
            if pin["lacks"]:
                yield f"{library}: {pin['lacks']}"


def read_rows(path):
    lines = path.read_text().splitlines()
    columns = lines[0].split("\t")
    rows = {}
    for line in lines[1:]:
        row = dict(zip(columns, line.split("\t")))
        rows.setdefault(row["library"], []).append(row)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=pathlib.Path, required=True, help="the table of pins")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="where to write the differences")
    options = parser.parse_args()
    found = list(differences(read_rows(options.sources), installed_by_dpkg(), lambda name: output_of("pkg-config", "--modversion", name).strip()))
    for line in found:
        print(f"release: {line}", file=sys.stderr)
    text = "Where the libraries in these files differ from those that the development build links:\n\n" if found else \
        "The libraries in these files are of the versions that the development build links.\n"
    options.output.parent.mkdir(parents=True, exist_ok=True)
    part = options.output.with_name(options.output.name + ".new")
    part.write_text(text + "".join(f"- {line}\n" for line in found))
    part.replace(options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
