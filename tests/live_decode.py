#!/usr/bin/env python3
"""Compares requests, answers and pages with botocore, for every operation of the model. No network.

    live_decode.py TOOL        TOOL: the program built from tests/tool_wire.c

For each operation parameters and an answer are made up from botocore's own shapes (fixed seed); botocore
serializes and parses them, TOOL does the same, and both must agree. Prints "ok" and "not ok" lines.
"""

import base64
import datetime
import glob
import json
import os
import random
import subprocess
import sys
import urllib.parse
from xml.sax.saxutils import escape, quoteattr

import botocore.handlers
import botocore.loaders
import botocore.model
import botocore.paginate
import botocore.parsers
import botocore.serialize

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SPEAKS = ("json", "rest-json", "query", "ec2", "rest-xml")
STRINGS = ["plain", "0123", "5.10", "true", " spaced  out ", "a<b>&\"c'", "Grüße ☃", "x", "arn:aws:x:eu-west-1:1:y/z"]
MOMENT = datetime.datetime(2026, 11, 22, 4, 0, 0, tzinfo=datetime.timezone.utc)


def read_model(path):
    """Names of the members of each shape, of the operations, and the protocol, as the text has them."""
    shapes, operations, protocol, now = {}, {}, None, None
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if line.startswith("\t"):
                shapes[now][words[0]] = words[1]
            elif line.startswith(("S ", "L ", "M ")):
                now = words[1]
                shapes[now] = {}
            elif line.startswith("O "):
                operations[words[1]] = line
            elif line.startswith("protocol "):
                protocol = words[1]
    return shapes, operations, protocol


class Maker:
    """Makes values up. Only members that our model knows are filled, so that versions may differ."""

    def __init__(self, shapes, seed, sparse):
        self.shapes, self.random, self.sparse = shapes, random.Random(seed), sparse

    def value(self, shape, trail=(), where=None):
        kind = shape.type_name
        if kind == "structure":
            if shape.is_document_type:
                return {"any": [1, "two", None]}
            known = self.shapes.get(shape.name, {})
            names = [n for n in shape.members if n in known]
            if shape.is_tagged_union:
                names = names[:1]
            made = {}
            for name in names:
                member = shape.members[name]
                if trail.count(member.name) or len(trail) > 9 or member.serialization.get("eventstream"):
                    continue
                if self.sparse and not shape.is_tagged_union and self.random.random() < 0.5:
                    continue
                made[name] = self.value(member, trail + (shape.name,), member.serialization.get("location"))
            return made
        if kind == "list":
            if trail.count(shape.member.name):
                return []
            count = self.random.choice((0, 1, 2)) if where not in ("header", "uri") else 2
            return [self.value(shape.member, trail + (shape.name,), where) for _ in range(count)]
        if kind == "map":
            count = self.random.choice((0, 1, 2))
            keys = ["key one", "k2"] if not where else ["k1", "k2"]
            return {k: self.value(shape.value, trail + (shape.name,), where) for k in keys[:count]}
        return self.scalar(shape, kind, where)

    def scalar(self, shape, kind, where):
        if kind == "timestamp":
            return MOMENT + datetime.timedelta(seconds=self.random.randrange(-10**8, 10**8))
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind in ("integer", "long", "short", "byte"):
            return self.random.choice((0, 7, -3, 2**31 - 1))
        if kind in ("float", "double"):
            return self.random.choice((0.5, 12.25, -1.0))
        if kind == "blob":
            return bytes(self.random.randrange(256) for _ in range(self.random.randrange(1, 9)))
        if where in ("header", "uri", "querystring", "headers"):
            return self.random.choice(["plain", "arn:aws:x:eu-west-1:1:y/z", "a b"] if where != "header" else ["plain"])
        return self.random.choice(STRINGS)


# ---- Answers: from values to the wire, for botocore has only the other half.

def time_text(value, style):
    if style == "unixTimestamp":
        return str(int(value.timestamp()))
    if style == "rfc822":
        return value.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def scalar_text(shape, value, style):
    if shape.type_name == "timestamp":
        return time_text(value, shape.serialization.get("timestampFormat", style))
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    return str(value)


def to_json(shape, value):
    kind = shape.type_name
    if kind == "structure" and not shape.is_document_type:
        return {shape.members[k].serialization.get("name", k): to_json(shape.members[k], v) for k, v in value.items()}
    if kind == "list":
        return [to_json(shape.member, v) for v in value]
    if kind == "map":
        return {k: to_json(shape.value, v) for k, v in value.items()}
    if kind == "timestamp":
        style = shape.serialization.get("timestampFormat", "unixTimestamp")
        return int(value.timestamp()) if style == "unixTimestamp" else time_text(value, style)
    return base64.b64encode(value).decode() if kind == "blob" else value


def to_xml(shape, value, name, out):
    kind = shape.type_name
    if kind == "structure":
        marks = "".join(f" xmlns:xsi='urn:x' {m.serialization['name']}={quoteattr(value[k])}"
                        for k, m in shape.members.items() if k in value and m.serialization.get("xmlAttribute"))
        out.append(f"<{name}{marks}>")
        to_xml_members(shape, value, out)
        out.append(f"</{name}>")
    elif kind == "list":
        flat = shape.serialization.get("flattened")
        item = shape.member.serialization.get("name", name if flat else "member")
        out.append("" if flat else f"<{name}>\n")
        for one in value:
            to_xml(shape.member, one, item, out)
        out.append("" if flat else f"</{name}>")
    elif kind == "map":
        flat = shape.serialization.get("flattened")
        entry = name if flat else "entry"
        out.append("" if flat else f"<{name}>")
        for key, one in value.items():
            out.append(f"<{entry}>")
            to_xml(shape.key, key, shape.key.serialization.get("name", "key"), out)
            to_xml(shape.value, one, shape.value.serialization.get("name", "value"), out)
            out.append(f"</{entry}>")
        out.append("" if flat else f"</{name}>")
    else:
        out.append(f"<{name}>{escape(scalar_text(shape, value, 'iso8601'))}</{name}>")


def to_xml_members(shape, value, out):
    for key, one in value.items():
        member = shape.members[key]
        if not member.serialization.get("xmlAttribute") and not member.serialization.get("location"):
            to_xml(member, one, member.serialization.get("name", key), out)


def answer(protocol, operation, value):
    """(headers, body) of an answer that holds value."""
    shape, headers = operation.output_shape, {"x-amzn-requestid": "r-1"}
    if shape is None:
        return headers, b"" if protocol in ("json", "rest-json") else b"<Answer/>"
    for key, one in list(value.items()):
        member = shape.members[key]
        where = member.serialization.get("location")
        if where == "header" and member.type_name == "list":
            headers[member.serialization["name"]] = ", ".join(map(str, one))
        elif where == "header":
            headers[member.serialization.get("name", key)] = scalar_text(member, one, "rfc822")
        if where:
            value = {k: v for k, v in value.items() if k != key}
    payload = shape.serialization.get("payload")
    if payload:
        shape, value = shape.members[payload], value.get(payload)
        if value is None:
            return headers, b""
        if shape.type_name in ("string", "blob"):
            return headers, value if isinstance(value, bytes) else value.encode()
    if protocol in ("json", "rest-json"):
        return headers, json.dumps(to_json(shape, value)).encode()
    out = []
    to_xml_members(shape, value, out)
    inside = "".join(out)
    wrap = shape.serialization.get("resultWrapper")
    if protocol == "query" and wrap:
        inside = f"<{wrap}>{inside}</{wrap}><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
    # EC2 names the root for the operation, rest-xml for a shape
    root = f"{operation.name}Response" if protocol == "ec2" else "Root"
    return headers, f'<?xml version="1.0"?>\n<{root} xmlns="urn:any">{inside}</{root}>'.encode()


def as_printed(value):
    """botocore's parsed answer as the AWS CLI prints it, with our spelling of times."""
    if isinstance(value, dict):
        return {k: as_printed(v) for k, v in value.items() if k != "ResponseMetadata"}
    if isinstance(value, list):
        return [as_printed(v) for v in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def policies_escape(shape, value, known):
    """IAM's documents are URL-encoded on the wire; afterwards both sides hold the plain text."""
    if isinstance(value, dict) and shape.type_name == "structure":
        return {k: urllib.parse.quote('{"a b": "c%d"}') if known.get(shape.name, {}).get(k) == "u"
                else policies_escape(shape.members[k], v, known) for k, v in value.items()}
    if isinstance(value, list):
        return [policies_escape(shape.member, v, known) for v in value]
    return value


def policies_plain(shape, value, known):
    if isinstance(value, dict) and shape.type_name == "structure":
        return {k: urllib.parse.unquote(v) if known.get(shape.name, {}).get(k) == "u"
                else policies_plain(shape.members[k], v, known) for k, v in value.items()}
    if isinstance(value, list):
        return [policies_plain(shape.member, v, known) for v in value]
    return value


class Seen(dict):
    """Headers, looked up in any case."""

    def __init__(self, headers):
        super().__init__({k.lower(): v for k, v in headers.items()})

    def __getitem__(self, key):
        return super().__getitem__(key.lower())

    def __contains__(self, key):
        return super().__contains__(key.lower())

    def get(self, key, default=None):
        return super().get(key.lower(), default)


# ---- Requests.

def request_of(protocol, operation, parameters):
    """What botocore would send, in the same form as the tool's."""
    made = botocore.serialize.create_serializer(protocol, False).serialize_to_request(parameters, operation)
    path, _, fixed = made["url_path"].partition("?")
    query = [(k, v) for k, v in urllib.parse.parse_qsl(fixed, keep_blank_values=True)]
    for key, value in (made["query_string"] or {}).items():
        query += [(key, str(v)) for v in (value if isinstance(value, list) else [value])]
    body = made["body"]
    if protocol in ("query", "ec2"):
        body = sorted((k, str(v)) for k, v in body.items())
    elif body and protocol in ("json", "rest-json"):
        body = json.loads(body)
    else:
        body = body.decode() if isinstance(body, bytes) else body
    return {"method": made["method"], "path": path, "query": sorted(query), "body": body or None,
            "headers": {k.lower(): v for k, v in made["headers"].items()},
            "host_prefix": made.get("host_prefix")}


def request_shown(protocol, made):
    body = made["body"]
    if protocol in ("query", "ec2"):
        body = sorted(urllib.parse.parse_qsl(body, keep_blank_values=True))
    elif body and protocol in ("json", "rest-json"):
        body = json.loads(body)
    query = urllib.parse.parse_qsl(made["query"] or "", keep_blank_values=True)
    return dict(made, query=sorted(query), body=body or None)


def plain(value):
    """Parameters as JSON can carry them."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, datetime.datetime):
        return time_text(value, "iso8601")
    return value.decode("latin-1") if isinstance(value, bytes) else value


def request_adjust(service, name, wanted, shown):
    """What we do beside botocore's serializer: in botocore handlers do the same, or it is our own choice."""
    for header in ("accept", "x-amz-glacier-version"):
        if header not in wanted["headers"]:
            shown["headers"].pop(header, None)
    if wanted["body"] and isinstance(wanted["body"], str) and wanted["body"].startswith("<"):
        shown["headers"].pop("content-type", None)
        for side in (wanted, shown):
            side["body"] = canonical_xml(side["body"])
    if service == "s3" and not any(k == "encoding-type" for k, _ in wanted["query"]):
        shown["query"] = [p for p in shown["query"] if p != ("encoding-type", "url")]
    shown["headers"] = {k.lower(): v for k, v in shown["headers"].items()}
    return wanted, shown


def canonical_xml(text):
    import xml.etree.ElementTree as tree

    def walk(node):
        return (node.tag, node.text or "", sorted(walk(c) for c in node))
    return walk(tree.fromstring(text))


# ---- Pages.

class OnePager:
    """Stands for a client's method: answers two pages and keeps what was asked."""

    def __init__(self, first):
        self.first, self.asked = first, []

    def __call__(self, **parameters):
        self.asked.append(parameters)
        return self.first if len(self.asked) == 1 else {}


def put_path(tree, path, value):
    """Sets "A.B[-1].C" in a tree of dicts and lists of one."""
    path = path.split("||")[0].strip()
    parts = path.split(".")
    for i, part in enumerate(parts):
        name, last = part.split("[")[0], i == len(parts) - 1
        if "[" in part:
            tree = tree.setdefault(name, [{}])
            if last:
                tree[0] = value
            tree = tree[0]
        elif last:
            tree[name] = value
        else:
            tree = tree.setdefault(name, {})


def paging_cases(loader, service, operations, parameters):
    try:
        pages = loader.load_service_model(service, "paginators-1")["pagination"]
    except botocore.exceptions.DataNotFoundError:
        return
    for name, config in sorted(pages.items()):
        if name not in operations:
            continue
        first = {}
        tokens = config["output_token"]
        for i, path in enumerate(tokens if isinstance(tokens, list) else [tokens]):
            put_path(first, path, f"token-{i}")
        if config.get("more_results"):
            put_path(first, config["more_results"], True)
        if "IsTruncated" in operations[name].output_shape.members:
            put_path(first, "IsTruncated", True)
        results = config["result_key"]
        for path in results if isinstance(results, list) else [results]:
            if path.split(".")[0] not in first and "." not in path and "[" not in path:
                first.setdefault(path, [])
        method = OnePager(first)
        paginator = botocore.paginate.Paginator(method, config, operations[name])
        iterator = paginator.paginate(**parameters)
        for _ in iterator:
            pass
        yield name, first, parameters, method.asked[1]


# ---- The run.

def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    loader, lines, checks, left = botocore.loaders.Loader(), [], [], []
    for path in sorted(glob.glob(os.path.join(ROOT, "aws", "model", "*.txt"))):
        service = os.path.basename(path)[:-4]
        shapes, ours, protocol = read_model(path)
        if not ours:
            continue
        raw = loader.load_service_model(service, "service-2")
        model = botocore.model.ServiceModel(raw, service)
        if protocol not in SPEAKS:
            print(f"not ok {service}: protocol {protocol}")
            continue
        present = {}
        for name in sorted(ours):
            if name in raw["operations"]:
                present[name] = model.operation_model(name)
            else:
                left.append(f"{service}:{name}")
        for name, operation in present.items():
            for sparse in (False, True):
                add_cases(lines, checks, service, protocol, name, operation, shapes, sparse)
        for name, first, parameters, wanted in paging_cases(loader, service, present, {}):
            lines.append({"service": service, "operation": name, "parameters": parameters, "page": first})
            checks.append(("page", protocol, service, name, wanted, None))
    run = subprocess.run([sys.argv[1]], input="".join(json.dumps(line) + "\n" for line in lines),
                         capture_output=True, text=True, check=False)
    sys.stderr.write(run.stderr)
    shown = [json.loads(line) for line in run.stdout.splitlines()]
    report(checks, shown, left, run.returncode)


def add_cases(lines, checks, service, protocol, name, operation, shapes, sparse):
    seed = f"{service}:{name}:{sparse}"
    maker = Maker(shapes, seed, sparse)
    if operation.input_shape is not None:
        parameters = maker.value(operation.input_shape)
        for key in operation.input_shape.required_members:
            member = operation.input_shape.members[key]
            if key in shapes.get(operation.input_shape.name, {}) and parameters.get(key) in (None, [], {}):
                parameters[key] = Maker(shapes, seed, False).value(member, (), member.serialization.get("location"))
        labels = [k for k, m in operation.input_shape.members.items() if m.serialization.get("hostLabel")]
        parameters.update({k: "123456789012" for k in labels})
        ids = dict(parameters)
        if service == "route53":
            botocore.handlers.fix_route53_ids(ids, operation)
        try:
            wanted = request_of(protocol, operation, ids)
        except Exception as error:
            print(f"not ok request {seed}: botocore: {error!r}")
            return
        lines.append({"service": service, "operation": name, "parameters": blobs_coded(protocol, parameters)})
        checks.append(("request", protocol, service, name, wanted, operation))
    value = maker.value(operation.output_shape) if operation.output_shape is not None else {}
    payload = operation.output_shape.serialization.get("payload") if operation.output_shape is not None else None
    if payload and payload not in value:
        value[payload] = maker.value(operation.output_shape.members[payload])
    if service == "iam" and operation.output_shape is not None:
        value = policies_escape(operation.output_shape, value, shapes)
    headers, body = answer(protocol, operation, value)
    if operation.http.get("method") == "HEAD":
        body = b""
    lines.append({"service": service, "operation": name, "status": 200, "headers": headers,
                  "body_b64": base64.b64encode(body).decode()})
    response = {"status_code": 200, "headers": Seen(headers), "body": body, "context": {}}
    members = operation.output_shape.members if operation.output_shape is not None else {}
    if payload and members[payload].type_name == "blob":
        # botocore would hand out a stream here.
        wanted = dict(value)
    elif not body and protocol == "rest-xml":
        wanted = {k: v for k, v in value.items() if members[k].serialization.get("location")}
    else:
        try:
            wanted = botocore.parsers.create_parser(protocol).parse(response, operation.output_shape)
        except Exception as error:
            print(f"not ok answer {seed}: botocore: {error!r}")
            lines.pop()
            return
    wanted = as_printed(wanted)
    if service == "iam" and operation.output_shape is not None:
        wanted = policies_plain(operation.output_shape, wanted, shapes)
    for key, member in members.items():
        if member.serialization.get("location") == "headers":
            wanted.pop(key, None)
    if service == "s3" and name == "GetBucketLocation":
        wanted = {"LocationConstraint": "us-east-1"}
    checks.append(("answer", protocol, service, name, wanted, body))


def blobs_coded(protocol, value):
    if isinstance(value, dict):
        return {k: blobs_coded(protocol, v) for k, v in value.items()}
    if isinstance(value, list):
        return [blobs_coded(protocol, v) for v in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else plain(value)


def differences(wanted, got, path):
    """Where two trees differ, a line each."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return [line for key in sorted(set(wanted) | set(got))
                for line in differences(wanted.get(key), got.get(key), f"{path}.{key}")]
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        return [line for i, pair in enumerate(zip(wanted, got)) for line in differences(*pair, f"{path}[{i}]")]
    return [] if wanted == got else [f"  {path or '.'}: botocore {wanted!r}, ours {got!r}"]


def report(checks, shown, left, status):
    counts, bad = {}, 0
    if status != 0 or len(shown) != len(checks):
        print(f"not ok the tool ended with {status} after {len(shown)} of {len(checks)} lines")
        bad += 1
    for (sort, protocol, service, name, wanted, extra), got in zip(checks, shown):
        if "error" in got:
            same, got = False, got["error"]
        elif sort == "request":
            wanted, got = request_adjust(service, name, wanted, request_shown(protocol, got))
            same = wanted == got
        elif sort == "answer":
            got = got.get("tree")
            same = wanted == got
        else:
            same, got = wanted == got["next"] and not got["stuck"], got
        counts[sort, protocol] = counts.get((sort, protocol), 0) + 1
        if not same:
            bad += 1
            print(f"not ok {sort} {protocol} {service}:{name}")
            print("\n".join(differences(wanted, got, "")[:5]))
            if extra is not None and sort == "answer":
                print(f"  body {extra[:2000]}")
    for (sort, protocol), count in sorted(counts.items()):
        print(f"ok {sort} {protocol}: {count} compared")
    if left:
        print(f"# botocore {botocore.__version__} lacks {len(left)} of our operations: {' '.join(left)}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
