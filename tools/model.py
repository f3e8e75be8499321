#!/usr/bin/env python3
"""Writes aws/model/<service>.txt and aws/model/regions.txt from the botocore package.

Run with a Python that has botocore, in the root of the repository:

    python3 tools/model.py [--add SERVICE:OPERATION ...] [--table FILE.tsv ...] [--all SERVICE ...]

What is written: every operation that the present files name, that scanners/*.c name, that a table names
(columns `service` and `operation`, or `reads` with service:operation words), and, for each --all SERVICE,
every operation that reads by its name. aws/model.c reads the text; its form is described there.
"""

import argparse
import csv
import glob
import os
import re
import sys

import botocore
import botocore.loaders
import botocore.session

READS = ("Get", "List", "Describe", "BatchGet", "Lookup", "Search", "Filter", "Head")
ALWAYS = ["sts:GetCallerIdentity", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity",
          "ec2:DescribeRegions", "iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails"]
# These answer with secret values, credentials or customers' data. They are taken only where named.
NEVER_BY_ALL = {
    "dynamodb": {"GetItem", "BatchGetItem", "GetRecords"},
    "ec2": {"GetPasswordData", "GetConsoleOutput", "GetConsoleScreenshot"},
    "ecr": {"GetAuthorizationToken"},
    "lambda": {"GetFunctionUrlToken"},
    "logs": {"GetLogEvents", "GetLogObject", "GetLogRecord"},
    "s3": {"GetObject", "GetObjectAnnotation", "GetObjectTorrent"},
    "s3control": {"GetDataAccess"},
    "secretsmanager": {"GetSecretValue", "BatchGetSecretValue"},
    "ssm": {"GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory", "GetAccessToken"},
    "sts": {"GetSessionToken", "GetFederationToken", "GetWebIdentityToken", "GetDelegatedAccessToken"},
}
# One endpoint for the aws partition, as the endpoint rule sets have it.
GLOBAL = {"account": "us-east-1", "artifact": "us-east-1", "budgets": "us-east-1", "ce": "us-east-1",
          "cloudfront": "us-east-1", "globalaccelerator": "us-west-2", "iam": "us-east-1",
          "organizations": "us-east-1", "route53": "us-east-1", "route53domains": "us-east-1",
          "shield": "us-east-1", "support": "us-east-1", "waf": "us-east-1", "ecr-public": "us-east-1"}
# Paging that paginators-1.json lacks or that names alone do not tell.
PAGING = {
    ("firehose", "ListDeliveryStreams"):
        ("ExclusiveStartDeliveryStreamName", "DeliveryStreamNames[-1]", "HasMoreDeliveryStreams", "Limit"),
    ("firehose", "ListTagsForDeliveryStream"): ("ExclusiveStartTagKey", "Tags[-1].Key", "HasMoreTags", "Limit"),
    ("kinesis", "ListTagsForStream"): ("ExclusiveStartTagKey", "Tags[-1].Key", "HasMoreTags", "Limit"),
    ("dynamodb", "ListGlobalTables"):
        ("ExclusiveStartGlobalTableName", "LastEvaluatedGlobalTableName", None, "Limit"),
}
SAME_TOKENS = ("NextToken", "nextToken", "Marker", "marker", "NextMarker", "position", "PaginationToken",
               "paginationToken")
NEXT_TOKENS = (("pageToken", "nextPageToken"), ("PageToken", "NextPageToken"), ("Marker", "NextMarker"),
               ("marker", "nextMarker"), ("ContinuationToken", "NextContinuationToken"))
LIMITS = ("MaxResults", "maxResults", "MaxItems", "maxItems", "MaxRecords", "Limit", "limit", "PageSize", "pageSize",
          "MaxKeys")
SCALARS = {"string": "s", "character": "s", "integer": "i", "long": "i", "short": "i", "byte": "i",
           "bigInteger": "i", "float": "f", "double": "f", "bigDecimal": "f", "boolean": "b", "blob": "x"}
FORMATS = {"iso8601": "ti", "unixTimestamp": "tu", "rfc822": "tr", None: "t"}
PROTOCOLS = ("json", "rest-json", "query", "ec2", "rest-xml")
# S3 may send these url-encoded (encoding-type=url), since XML 1.0 cannot carry every key.
S3_LISTS = ("ListObjects", "ListObjectsV2", "ListObjectVersions")
S3_KEYS = {"Delimiter", "Key", "KeyMarker", "Marker", "NextKeyMarker", "NextMarker", "Prefix", "StartAfter"}


def words(value):
    return [] if not value else value if isinstance(value, list) else [value]


class Model:
    """One service: walks the shapes that its chosen operations reach and writes them once each."""

    def __init__(self, loader, name):
        self.name = name
        self.raw = loader.load_service_model(name, "service-2")
        try:
            self.pages = loader.load_service_model(name, "paginators-1")["pagination"]
        except botocore.exceptions.DataNotFoundError:
            self.pages = {}
        meta = self.raw["metadata"]
        offered = meta.get("protocols") or [meta["protocol"]]
        self.protocol = next((p for p in offered if p in PROTOCOLS), None)
        if self.protocol is None:
            sys.exit(f"{name}: speaks only {offered}, which no code here reads")
        self.lines = []
        self.done = set()
        self.inputs = set()
        self.keys = set()

    def shape(self, ref):
        """The shape behind a reference, with what the reference says laid over it."""
        merged = dict(self.raw["shapes"][ref["shape"]])
        merged.update({k: v for k, v in ref.items() if k != "shape"})
        return merged

    def kind(self, ref, queue):
        shape = self.shape(ref)
        if ref.get("jsonvalue"):
            return "j"
        if shape["type"] in ("structure", "list", "map"):
            if shape.get("document"):
                return "d"
            queue.append(ref["shape"])
            return "*" + ref["shape"]
        if shape["type"] == "timestamp":
            return FORMATS[shape.get("timestampFormat")]
        if self.name == "iam" and ref["shape"] == "policyDocumentType":
            return "u"
        return SCALARS[shape["type"]]

    def member(self, name, ref, owner, queue):
        shape, kind = self.shape(ref), self.kind(ref, queue)
        flags, wire, extra = "", shape.get("locationName", name), ""
        flags += {"uri": "u", "querystring": "?", "header": "h", "headers": "H", "statusCode": "c",
                  None: ""}[ref.get("location")]
        if name in owner.get("required", []) and self.current in self.inputs:
            flags += "!"
        flags += "a" * bool(shape.get("xmlAttribute")) + "l" * bool(shape.get("hostLabel"))
        if shape["type"] in ("list", "map") and shape.get("flattened"):
            flags += "f"
            if shape["type"] == "list":
                wire = self.shape(shape["member"]).get("locationName", wire)
        if ref.get("location") == "querystring" and shape["type"] == "list":
            wire = ref.get("locationName", name)
        if self.name == "route53" and ref["shape"] in ("ResourceId", "DelegationSetId", "ChangeId"):
            flags += "n"
        if self.current in self.keys and name in S3_KEYS and kind == "s":
            kind = "k"
        if self.protocol == "ec2" and self.current in self.inputs:
            query = shape.get("queryName") or (wire[0].upper() + wire[1:] if "locationName" in shape else name)
            if query != wire:
                extra = " q=" + query
        line = f"\t{name} {kind}"
        if flags:
            line += " -" + flags
        return line + (f" w={wire}" if wire != name else "") + extra

    def element(self, ref, default):
        wire = self.shape(ref).get("locationName", default)
        return wire if wire != default else None

    def write_shape(self, name, queue):
        shape = self.raw["shapes"][name]
        self.current = name
        if shape["type"] == "structure":
            line = f"S {name}"
            if shape.get("payload"):
                line += f" payload={shape['payload']}"
            self.lines.append(line)
            for member, ref in shape["members"].items():
                target = self.raw["shapes"][ref["shape"]]
                if target.get("eventstream") or ref.get("eventstream"):
                    continue
                self.lines.append(self.member(member, ref, shape, queue))
        elif shape["type"] == "list":
            line = f"L {name} {self.kind(shape['member'], queue)}"
            wire = self.element(shape["member"], "member")
            if wire and name in self.inputs and self.protocol in ("query", "rest-xml"):
                line += f" w={wire}"
            self.lines.append(line)
        else:
            line = f"M {name} {self.kind(shape['key'], queue)} {self.kind(shape['value'], queue)}"
            for letter, part, default in (("k", "key", "key"), ("v", "value", "value")):
                wire = self.element(shape[part], default)
                line += f" {letter}={wire}" if wire else ""
            self.lines.append(line)

    def reach(self, ref, into):
        """Names of all shapes under ref, put into a set."""
        stack = [ref["shape"]] if ref else []
        while stack:
            name = stack.pop()
            if name in into:
                continue
            into.add(name)
            shape = self.raw["shapes"][name]
            stack += [r["shape"] for r in shape.get("members", {}).values()]
            stack += [shape[p]["shape"] for p in ("member", "key", "value") if p in shape]

    def guess_pages(self, operation):
        """Token names of an operation that paginators-1.json leaves out."""
        inputs = self.shape(operation["input"])["members"] if "input" in operation else {}
        outputs = self.shape(operation["output"])["members"] if "output" in operation else {}
        limit = next((x for x in LIMITS if x in inputs), None)
        levels = [("", outputs)]
        for member, ref in outputs.items():
            target = self.shape(ref)
            if target["type"] == "structure" and not target.get("document"):
                levels.append((member + ".", target["members"]))
        for prefix, members in levels:
            more = next((prefix + x for x in ("IsTruncated", "isTruncated") if x in members), None)
            pairs = [(t, t) for t in SAME_TOKENS] if not prefix else []
            for ask, answer in pairs + list(NEXT_TOKENS):
                if ask in inputs and answer in members:
                    return ask, prefix + answer, more, limit
        return None

    def paging(self, name, operation):
        if (self.name, name) in PAGING:
            return PAGING[self.name, name]
        page = self.pages.get(name)
        if not page:
            return self.guess_pages(operation) if name.startswith(READS) else None
        tight = [t.replace(" || ", "||") for t in words(page["output_token"])]
        more = page.get("more_results")
        outputs = self.shape(operation["output"])["members"]
        if more is None and "IsTruncated" in outputs:
            more = "IsTruncated"
        return " ".join(words(page["input_token"])), " ".join(tight), more, page.get("limit_key")

    def write_operation(self, name):
        operation = self.raw["operations"][name]
        http = operation.get("http", {})
        line = f"O {name} {http.get('method', 'POST')} {http.get('requestUri', '/')}"
        if "input" in operation:
            line += f" in={operation['input']['shape']}"
            if operation["input"].get("locationName"):
                line += f" root={operation['input']['locationName']}"
        if "output" in operation:
            line += f" out={operation['output']['shape']}"
            wrap = operation["output"].get("resultWrapper")
            if wrap and wrap != name + "Result":
                line += f" wrap={wrap}"
        host = operation.get("endpoint", {}).get("hostPrefix")
        if host:
            line += f" host={host}"
        if self.name == "s3" and name in S3_LISTS:
            line += " urlkeys"
        if operation.get("authtype") == "none" or operation.get("auth") == ["smithy.api#noAuth"]:
            line += " unsigned"
        self.lines.append(line)
        page = self.paging(name, operation)
        if page:
            ask, answer, more, limit = page
            self.lines.append(f"P {ask}|{answer.replace('||', '/')}|{more or ''}|{limit or ''}")
        return [operation[k]["shape"] for k in ("input", "output") if k in operation]

    def write(self, chosen, version):
        meta = self.raw["metadata"]
        self.lines.append(f"# Facts of the API, written by tools/model.py from botocore {version}. Do not edit.")
        facts = [("name", self.name), ("id", meta["serviceId"]), ("protocol", self.protocol),
                 ("json", meta.get("jsonVersion") if self.protocol == "json" else None),
                 ("target", meta.get("targetPrefix") if self.protocol == "json" else None),
                 ("version", meta["apiVersion"]), ("endpoint", meta["endpointPrefix"]),
                 ("signing", meta.get("signingName") or meta["endpointPrefix"]),
                 ("global", GLOBAL.get(self.name)), ("xmlns", self.namespace()),
                 ("compatible", "yes" if "awsQueryCompatible" in meta else None)]
        self.lines += [f"{key} {value}" for key, value in facts if value]
        missing = sorted(set(chosen) - set(self.raw["operations"]))
        if missing:
            sys.exit(f"{self.name}: botocore {version} has no {', '.join(missing)}")
        queue = []
        for name in sorted(chosen):
            operation = self.raw["operations"][name]
            self.reach(operation.get("input"), self.inputs)
            if self.name == "s3" and name in S3_LISTS:
                self.reach(operation.get("output"), self.keys)
        for name in sorted(chosen):
            queue += self.write_operation(name)
        for name in self.drain(queue):
            self.write_shape(name, self.queue)
        return "\n".join(self.lines) + "\n"

    def drain(self, queue):
        """Each shape once; those met on the way come in the next round, sorted, so that output is stable."""
        self.queue = queue
        while self.queue:
            names = sorted(set(self.queue) - self.done)
            self.queue = []
            self.done.update(names)
            yield from names

    def namespace(self):
        if self.protocol != "rest-xml":
            return None
        found = self.raw["metadata"].get("xmlNamespace")
        for operation in self.raw["operations"].values():
            found = found or operation.get("input", {}).get("xmlNamespace", {}).get("uri")
        return found


def from_scanners(folder, chosen):
    """Rows `{ .name = "Op", .service = "x" }` of each scanner's table of operations."""
    for path in sorted(glob.glob(os.path.join(folder, "*.c"))):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        own = re.search(r"const struct scanner scanner_\w+ = \{(.*?)\};", text, re.S)
        service = own and re.search(r'\.service\s*=\s*"([^"]+)"', own.group(1))
        table = re.search(r"struct operation operations\[\] = \{(.*?)\n\};", text, re.S)
        if not service or not table:
            continue
        for row in re.split(r"\.name\s*=\s*(?=\")", table.group(1))[1:]:
            name = re.match(r'"([^"]+)"', row)
            other = re.search(r'\.service\s*=\s*"([^"]+)"', row)
            chosen.setdefault((other or service).group(1), set()).add(name.group(1))


def from_table(path, chosen):
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            pairs = [(row["service"], row["operation"])] if "operation" in row else []
            pairs += [tuple(w.strip().split(":", 1)) for w in (row.get("reads") or "").split(",") if ":" in w]
            for service, operation in pairs:
                chosen.setdefault(service, set()).add(operation)


def from_present(folder, chosen):
    for path in glob.glob(os.path.join(folder, "*.txt")):
        service = os.path.basename(path)[:-4]
        with open(path, encoding="utf-8") as file:
            names = {line.split()[1] for line in file if line.startswith("O ")}
        if names:
            chosen.setdefault(service, set()).update(names)


def write_regions(loader, chosen, path, version):
    """Which regions of the aws partition offer a service, by endpoints.json."""
    partition = next(p for p in loader.load_data("endpoints")["partitions"] if p["partition"] == "aws")
    known = sorted(partition["regions"])
    lines = [f"# Regions of the aws partition, written by tools/model.py from botocore {version}. Do not edit."]
    lines += [f"region {name}" for name in known]
    for service in sorted(chosen):
        prefix = loader.load_service_model(service, "service-2")["metadata"]["endpointPrefix"]
        entry = partition["services"].get(prefix)
        if entry is None:
            continue
        offered = [r for r in known if r in entry["endpoints"]]
        if entry.get("isRegionalized") is False or service in GLOBAL | {"s3control": ""} or offered == known:
            offered = ["all"]
        if offered:
            lines.append(f"service {service}: {' '.join(offered)}")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--add", nargs="*", default=[], metavar="SERVICE:OPERATION")
    parser.add_argument("--table", nargs="*", default=[], metavar="FILE")
    parser.add_argument("--all", nargs="*", default=[], metavar="SERVICE")
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    options = parser.parse_args()
    folder = os.path.join(options.root, "aws", "model")
    loader = botocore.loaders.Loader()
    chosen = {}
    from_present(folder, chosen)
    from_scanners(os.path.join(options.root, "scanners"), chosen)
    for path in options.table:
        from_table(path, chosen)
    for word in ALWAYS + options.add:
        service, operation = word.split(":", 1)
        chosen.setdefault(service, set()).add(operation)
    for service in options.all:
        raw = loader.load_service_model(service, "service-2")
        reads = {name for name, op in raw["operations"].items()
                 if name.startswith(READS) and not op.get("deprecated")}
        chosen.setdefault(service, set()).update(reads - NEVER_BY_ALL.get(service, set()))
    os.makedirs(folder, exist_ok=True)
    total = 0
    for service in sorted(chosen):
        text = Model(loader, service).write(chosen[service], botocore.__version__)
        with open(os.path.join(folder, service + ".txt"), "w", encoding="utf-8") as file:
            file.write(text)
        total += len(text)
    write_regions(loader, chosen, os.path.join(folder, "regions.txt"), botocore.__version__)
    print(f"{len(chosen)} services, {sum(map(len, chosen.values()))} operations, {total} bytes")


if __name__ == "__main__":
    main()
