"""Bills of materials of a release: what is linked into its files, each with version, source, hash and licence.

Sources: CycloneDX 1.5 (ECMA-424's forerunner), JSON; SPDX 2.3, JSON. Both are made from deps/package.py's Made.
"""

import hashlib
import json
import re
import time
import urllib.parse
import uuid


def as_bytes(tree):
    return (json.dumps(tree, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def moment(epoch):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))


def identity(made, kind):
    """The same release has the same number."""
    digests = "".join(hashlib.sha256(binary).hexdigest() for _, binary in sorted(made.binaries.items()))
    return uuid.uuid5(uuid.NAMESPACE_URL, f"plumbline {made.version} {made.commit} {made.epoch} {kind} {digests}")


def parts(made):
    """What the files hold, and the certificates that only the image holds."""
    return [*made.libraries, made.certificates]


def package_url(library):
    if library.is_debian:
        kind = "all" if library.files[0][0].endswith(".deb") else "source"
        return f"pkg:deb/debian/{library.package}@{urllib.parse.quote(library.version, safe='')}?arch={kind}&distro=debian-12"
    return f"pkg:generic/{library.package}@{urllib.parse.quote(library.version, safe='')}"


def binary_name(made, arch):
    return f"plumbline-{made.version}-linux-{arch}"


# ---- CycloneDX

def cyclonedx(made):
    program = {
        "bom-ref": "plumbline", "type": "application", "name": "plumbline", "version": made.version,
        "licenses": [{"license": {"id": "Apache-2.0"}}], "purl": f"pkg:generic/plumbline@{made.version}",
        "components": [{"bom-ref": binary_name(made, arch), "type": "file", "name": binary_name(made, arch),
                        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(binary).hexdigest()}]}
                       for arch, binary in sorted(made.binaries.items())],
    }
    if made.commit:
        program["properties"] = [{"name": "plumbline:commit", "value": made.commit}]
    linked = sorted(library.name for library in made.libraries)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": identity(made, "cyclonedx").urn,
        "metadata": {"timestamp": moment(made.epoch), "component": program},
        "components": [cyclonedx_component(library, library is made.certificates) for library in parts(made)],
        "dependencies": [{"ref": "plumbline", "dependsOn": linked},
                         *({"ref": binary_name(made, arch), "dependsOn": linked} for arch in sorted(made.binaries))],
    }


def cyclonedx_component(library, is_image_only):
    is_compound = " " in library.licence
    component = {
        "bom-ref": library.name, "type": "data" if is_image_only else "library", "name": library.name, "version": library.version,
        "purl": package_url(library),
        "licenses": [{"expression": library.licence}] if is_compound else [{"license": {"id": library.licence}}],
        "externalReferences": [{"type": "distribution", "url": urllib.parse.quote(name), "comment": "the source, as it was built",
                                "hashes": [{"alg": "SHA-256", "content": digest}]} for name, digest in library.files],
    }
    notes = [library.lacks] if library.lacks else []
    if is_image_only:
        notes.append("in the OCI image, not in the program")
    if notes:
        component["properties"] = [{"name": "plumbline:note", "value": note} for note in notes]
    return component


# ---- SPDX

def spdx_id(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def spdx(made):
    files = [spdx_file(made, arch) for arch in sorted(made.binaries)]
    program = {
        "SPDXID": spdx_id("plumbline"), "name": "plumbline", "versionInfo": made.version, "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0", "copyrightText": "NOASSERTION",
        "supplier": "Organization: Plumbline contributors", "primaryPackagePurpose": "APPLICATION",
    }
    if made.commit:
        program["sourceInfo"] = f"built from commit {made.commit}"
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", spdx_id("plumbline"))]
    for one in files:
        relations.append((one["SPDXID"], "GENERATED_FROM", spdx_id("plumbline")))
        relations += [(one["SPDXID"], "STATIC_LINK", spdx_id(library.name)) for library in made.libraries]
    relations.append((spdx_id(made.certificates.name), "RUNTIME_DEPENDENCY_OF", spdx_id("plumbline")))
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"plumbline-{made.version}",
        "documentNamespace": identity(made, "spdx").urn,
        "creationInfo": {"created": moment(made.epoch), "creators": ["Organization: Plumbline contributors", "Tool: plumbline-package"]},
        "packages": [program, *(spdx_package(library, library is made.certificates) for library in parts(made))],
        "files": files,
        "relationships": [{"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in relations],
    }


def spdx_file(made, arch):
    binary = made.binaries[arch]
    return {
        "SPDXID": spdx_id(binary_name(made, arch)), "fileName": "./" + binary_name(made, arch), "fileTypes": ["BINARY"],
        "checksums": [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(binary).hexdigest()},
                      {"algorithm": "SHA256", "checksumValue": hashlib.sha256(binary).hexdigest()}],
        "licenseConcluded": "NOASSERTION", "licenseInfoInFiles": ["NOASSERTION"], "copyrightText": "NOASSERTION",
    }


def spdx_package(library, is_image_only):
    sources = ", ".join(f"{name} (SHA-256 {digest})" for name, digest in library.files)
    package = {
        "SPDXID": spdx_id(library.name), "name": library.name, "versionInfo": library.version, "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "licenseConcluded": library.licence, "licenseDeclared": library.licence, "copyrightText": "NOASSERTION",
        "supplier": "Organization: Debian" if library.is_debian else "NOASSERTION", "sourceInfo": f"built from {sources}",
        # The upstream's file; Debian's changes to it are in sourceInfo.
        "checksums": [{"algorithm": "SHA256", "checksumValue": upstream_digest(library)}],
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": package_url(library)}],
        "primaryPackagePurpose": "OTHER" if is_image_only else "LIBRARY",
    }
    if library.lacks:
        package["comment"] = library.lacks
    return package


def upstream_digest(library):
    return next((digest for name, digest in library.files if ".debian.tar." not in name), library.files[0][1])
