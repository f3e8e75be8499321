#!/usr/bin/env python3
"""Compares policy_decision with an independent simulator of IAM (npm @cloud-copilot/iam-simulate) on 5,000
generated requests with complete contexts: conditions, variables, wildcards, boundaries, control policies.

judge_policy.py [--count N] [--seed N] [--show N]     PLUMBLINE: the binary

Where the two differ, a row of EXPLAINED must say why, with the document of AWS that decides, and put the case in
words on which the two agree; a row that explains nothing is a failure too."""

import argparse
import copy
import json
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = "@cloud-copilot/iam-simulate@0.1.173"
BLOCK = 500

SIMULATE = """
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate'
import { readFileSync, writeFileSync } from 'fs'
const answers = JSON.parse(readFileSync(process.argv[2], 'utf8')).map((one) => {
  try {
    return runUnsafeSimulation(one, {})
  } catch (error) {
    return 'error: ' + error.message
  }
})
writeFileSync(process.argv[3], JSON.stringify(answers))
"""

ANSWERS = {"Allowed": "allowed", "ExplicitlyDenied": "denied", "ImplicitlyDenied": "not_allowed"}

ACCOUNT = "111122223333"
ACTIONS = [
    ("s3:GetObject", ["arn:aws:s3:::ledger/home/ann/a.txt", "arn:aws:s3:::media.eu/x/y/z.png"]),
    ("s3:ListBucket", ["arn:aws:s3:::ledger", "arn:aws:s3:::media.eu"]),
    ("sqs:SendMessage", [f"arn:aws:sqs:eu-west-3:{ACCOUNT}:jobs", f"arn:aws:sqs:us-east-1:{ACCOUNT}:ann-in"]),
    ("lambda:InvokeFunction", [f"arn:aws:lambda:eu-west-3:{ACCOUNT}:function:resize",
                               f"arn:aws:lambda:eu-west-3:{ACCOUNT}:function:resize:live"]),
    ("iam:PassRole", [f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:iam::{ACCOUNT}:role/team/ann"]),
    ("ec2:TerminateInstances", [f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0abc12"]),
    ("dynamodb:PutItem", [f"arn:aws:dynamodb:eu-west-3:{ACCOUNT}:table/orders"]),
]
PRINCIPALS = [f"arn:aws:iam::{ACCOUNT}:user/ann", f"arn:aws:iam::{ACCOUNT}:user/bob",
              f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/s1"]

TEXTS = ["red", "Red", "RED", "blue", "ann", "a*", "x?y", "", "team/red", "$"]
NUMBERS = ["0", "1", "10", "10.0", "9.5", "-5", "1000000"]
MOMENTS = ["2024-02-29T00:00:00Z", "2025-06-30T12:00:00Z", "2026-01-01T00:00:00Z"]
OTHER_MOMENTS = MOMENTS + ["2024-02-29T02:00:00+02:00", "2025-06-30T12:00:01Z", "2024-02-28T23:59:59Z"]
ADDRESSES = ["203.0.113.7", "10.20.30.40", "198.51.100.200", "2001:db8:1:2::9", "fd00::42"]
NETWORKS = ["203.0.113.0/24", "10.0.0.0/8", "10.20.30.32/27", "198.51.100.128/25", "2001:db8::/32", "fd00::/8",
            "0.0.0.0/0", "::/0", "203.0.113.7", "10.20.30.40/32"]
ARNS = ["arn:aws:s3:::ledger", f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts", f"arn:aws:iam::{ACCOUNT}:role/app/web",
        f"arn:aws:lambda:eu-west-3:{ACCOUNT}:function:resize:live"]
OTHER_ARNS = ARNS + ["arn:aws:s3:::led*", "arn:*:sns:*:*:alerts", f"arn:aws:iam::{ACCOUNT}:role/*",
                     f"arn:aws:iam::{ACCOUNT}:role/app/we?", "arn:aws:lambda:*:*:live",
                     f"arn:aws:lambda:*:{ACCOUNT}:function:*", "arn:aws:sns:us-east-1:444455556666:alerts"]
BYTES = ["QUJD", "QUJE", "AAEC/w=="]

# Keys by the type of their values: those that AWS knows, so that the simulator knows their types.
KEYS = {
    "text": ["aws:PrincipalTag/team", "aws:ResourceTag/team", "aws:RequestTag/env", "aws:UserAgent", "s3:prefix"],
    "list": ["aws:TagKeys", "dynamodb:Attributes", "aws:CalledVia"],
    "number": ["aws:MultiFactorAuthAge", "s3:max-keys"],
    "moment": ["aws:CurrentTime", "aws:TokenIssueTime"],
    "truth": ["aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:ViaAWSService"],
    "address": ["aws:SourceIp", "aws:VpcSourceIp"],
    "arn": ["aws:SourceArn", "iam:PolicyARN"],
    "bytes": ["ex:Digest"],
}
OPERATORS = {
    "text": ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
             "StringNotLike"],
    "number": ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
               "NumericGreaterThanEquals"],
    "moment": ["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
               "DateGreaterThanEquals"],
    "truth": ["Bool"],
    "address": ["IpAddress", "NotIpAddress"],
    "arn": ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
    "bytes": ["BinaryEquals"],
}
VARIABLES = ["${aws:username}", "${aws:PrincipalTag/team}", "${AWS:principaltag/team}", "${aws:PrincipalTag/none}",
             "${aws:PrincipalTag/none, 'red'}", "${aws:username, 'ann'}", "${*}", "${?}", "${$}"]


class Maker:
    """Makes one case after another from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, share):
        return self.random.random() < share

    def pick(self, values):
        return self.random.choice(values)

    def some(self, make, single=0.5):
        if self.chance(single):
            return make()
        return [make() for _ in range(self.random.randint(1, 3))]

    def blur(self, text, start):
        """Turns parts of text behind start into wildcards, or spoils it."""
        roll = self.random.random()
        at = self.random.randint(start, len(text))
        if roll < 0.25:
            return text
        if roll < 0.5:
            return text[:at] + "*"
        if roll < 0.65:
            end = self.random.randint(at, len(text))
            return text[:at] + "*" + text[end:]
        if roll < 0.75 and at < len(text):
            return text[:at] + "?" + text[at + 1:]
        if roll < 0.85:
            return text + self.pick(["x", "?", "*"])
        if roll < 0.92:
            return text[:start] + text[start:].swapcase()
        return text[:-1]

    def action(self, asked):
        roll = self.random.random()
        if roll < 0.15:
            return "*"
        if roll < 0.3:
            return self.pick(ACTIONS)[0]
        service = asked.index(":") + 1
        blurred = self.blur(asked, service)
        return blurred if len(blurred) > service else asked

    def resource(self, asked, context):
        roll = self.random.random()
        if roll < 0.25:
            return "*"
        if roll < 0.35:
            return self.pick(self.pick(ACTIONS)[1])
        parts = asked.split(":", 5)
        prefix = ":".join(parts[:5]) + ":"
        if roll < 0.5:
            name = context.get("aws:username", "ann")
            return prefix + parts[5].replace(name, self.pick(VARIABLES[:6]), 1)
        if roll < 0.6:
            return ":".join(parts[:3] + ["*", "*", parts[5]])
        return self.blur(asked, len(prefix))

    def policy_value(self, kind, held):
        if kind in ("text", "list"):
            if self.chance(0.2):
                return self.pick(["", "a", "team/"]) + self.pick(VARIABLES)
            if held and self.chance(0.5):
                return self.blur(self.pick(held), 0)
            return self.pick(TEXTS)
        if kind == "truth":
            return self.pick(["true", "false", True, False])
        if kind == "number":
            return self.pick(NUMBERS + [7, 9.5])
        return self.pick({"moment": OTHER_MOMENTS, "address": NETWORKS, "arn": OTHER_ARNS, "bytes": BYTES}[kind])

    def context_value(self, kind):
        if kind == "list":
            return self.random.sample(["red", "blue", "ann", "Red"], self.random.randint(1, 3))
        return self.pick({"text": [t for t in TEXTS if t], "number": [n for n in NUMBERS], "moment": MOMENTS,
                          "truth": ["true", "false"], "address": ADDRESSES, "arn": ARNS, "bytes": BYTES}[kind])

    def condition(self, context):
        condition = {}
        for _ in range(self.random.randint(1, 2)):
            kind = self.pick(list(KEYS))
            key = self.pick(KEYS[kind])
            if self.chance(0.08):
                condition.setdefault("Null", {})[key] = self.pick(["true", "false"])
                continue
            operator = self.pick(OPERATORS["text" if kind == "list" else kind])
            if kind == "list":
                operator = self.pick(["ForAnyValue:", "ForAllValues:"]) + operator
            if self.chance(0.2):
                operator += "IfExists"
            held = context.get(key, [])
            held = held if isinstance(held, list) else [held]
            if self.chance(0.1):
                key = key.swapcase() if "/" not in key else key
            condition.setdefault(operator, {})[key] = self.some(lambda: self.policy_value(kind, held), 0.6)
        return condition

    def statement(self, action, resource, context):
        made = {"Effect": self.pick(["Allow", "Allow", "Allow", "Deny"])}
        name = "NotAction" if self.chance(0.15) else "Action"
        made[name] = self.some(lambda: self.action(action))
        name = "NotResource" if self.chance(0.12) else "Resource"
        made[name] = self.some(lambda: self.resource(resource, context))
        if self.chance(0.6):
            made["Condition"] = self.condition(context)
        return made

    def document(self, action, resource, context):
        statements = [self.statement(action, resource, context) for _ in range(self.random.randint(1, 3))]
        document = {"Version": self.pick(["2012-10-17"] * 9 + ["2008-10-17"]), "Statement": statements}
        if len(statements) == 1 and self.chance(0.5):
            document["Statement"] = statements[0]
        return document

    def case(self):
        action, resources = self.pick(ACTIONS)
        resource, principal = self.pick(resources), self.pick(PRINCIPALS)
        context = {}
        if ":user/" in principal:
            context["aws:username"] = principal.rsplit("/", 1)[1]
        for kind, keys in KEYS.items():
            for key in keys:
                if self.chance(0.6):
                    context[key] = self.context_value(kind)
        identity = [self.document(action, resource, context) for _ in range(self.random.randint(1, 2))]
        case = {"principal": principal, "action": action, "resource": resource, "context": context,
                "identity": identity, "boundary": None, "levels": []}
        if self.chance(0.15):
            case["boundary"] = self.document(action, resource, context)
        if self.chance(0.1):
            case["levels"] = [[self.document(action, resource, context)] for _ in range(self.random.randint(1, 2))]
        return case


# ---- Differences: what the simulator does otherwise, the document of AWS that decides, and the same request put
# in words that it takes as AWS does. A difference is explained where the case in those words gets our answer.

def lists(value):
    return value if isinstance(value, list) else [value]


def statements(case):
    """(document, statement) of all policies of the case."""
    for document in case["identity"] + [case["boundary"]] + [d for level in case["levels"] for d in level]:
        for statement in lists(document["Statement"]) if document else []:
            yield document, statement


def lines(case):
    """(document, operator, block, key) of all conditions of the case."""
    for document, statement in statements(case):
        for operator, block in statement.get("Condition", {}).items():
            for key in block:
                yield document, operator, block, key


def held(case, key):
    return next((v for k, v in case["context"].items() if k.lower() == key.lower()), None)


def split_all_networks(case):
    for _, operator, block, key in lines(case):
        if "IpAddress" in operator:
            halves = {"0.0.0.0/0": ["0.0.0.0/1", "128.0.0.0/1"], "::/0": ["::/1", "8000::/1"]}
            block[key] = [half for value in lists(block[key]) for half in halves.get(value, [value])]


def drop_other_family(case):
    for _, operator, block, key in lines(case):
        address = held(case, key)
        if "NotIpAddress" in operator and address:
            same = [v for v in lists(block[key]) if (":" in v) == (":" in address)]
            block[key] = same or ["2001:db8:9999::/48" if ":" in address else "192.0.2.0/24"]


VARIABLE = re.compile(r"\$\{([^}*?$]+)\}")


def has_value(case, variable):
    name, _, default = variable.partition(",")
    return isinstance(held(case, name), str) or bool(default)


def name_absent_variables(case):
    """A negated operator matches where a variable has no value; NotResource spares nothing by it."""
    for document, operator, block, key in lines(case):
        if "Not" in operator and document["Version"] == "2012-10-17":
            block[key] = [v if not isinstance(v, str) or all(has_value(case, n) for n in VARIABLE.findall(v))
                          else "no-such-value" for v in lists(block[key])]
    for document, statement in statements(case):
        if "NotResource" in statement and document["Version"] == "2012-10-17":
            statement["NotResource"] = [v if all(has_value(case, n) for n in VARIABLE.findall(v))
                                        else "arn:aws:s3:::no-such-bucket" for v in lists(statement["NotResource"])]


def void_old_variables(case):
    """Before 2012-10-17 "${…}" is text, which no resource and no key of these cases has."""
    for document, _, block, key in lines(case):
        if document["Version"] != "2012-10-17":
            block[key] = ["no-such-value" if isinstance(v, str) and VARIABLE.search(v) else v
                          for v in lists(block[key])]
    for document, statement in statements(case):
        for element in ("Resource", "NotResource"):
            if element in statement and document["Version"] != "2012-10-17":
                statement[element] = ["arn:aws:s3:::no-such-bucket" if VARIABLE.search(v) else v
                                      for v in lists(statement[element])]


def resolve_resource_types(case):
    """Puts the resource itself, or another, for a pattern whose first word has a wildcard or a variable."""
    for document, statement in statements(case):
        for element in ("Resource", "NotResource"):
            values = []
            for value in lists(statement.get(element, [])):
                last = value.split(":", 5)[-1]
                first = re.split("[/:]", VARIABLE.sub("$", last))[0]
                if value == "*" or first == last or not re.search("[*?$]", first + last[:2]):
                    values.append(value)
                    continue
                matched = re.fullmatch(pattern_of(case, document, value), case["resource"], re.S)
                values.append(case["resource"] if matched else "arn:aws:s3:::no-such-bucket")
            if values:
                statement[element] = values


def pattern_of(case, document, value):
    """The regular expression of a resource pattern."""
    out = ""
    for part in re.split(r"(\$\{[^}]*\}|[*?])", value):
        if part in ("*", "?"):
            out += ".*" if part == "*" else "."
        elif part.startswith("${") and document["Version"] == "2012-10-17":
            name, _, default = part[2:-1].partition(",")
            text = part[2] if len(part) == 4 else held(case, name)
            text = text if isinstance(text, str) else default.strip().strip("'") if default else None
            out += re.escape(text) if text is not None else "(?!)"
        else:
            out += re.escape(part)
    return out


EXPLAINED = [
    {"name": "0.0.0.0/0 is every IPv4 address", "put": split_all_networks,
     "decides": "IAM User Guide, Condition operators, IP address: a range in standard CIDR format; the simulator "
                "finds no address in /0"},
    {"name": "NotIpAddress holds for an address of the other family", "put": drop_other_family,
     "decides": "IAM User Guide, Condition operators: NotIpAddress is all addresses except the range"},
    {"name": "a variable without a value", "put": name_absent_variables,
     "decides": "IAM User Guide, Variables and tags, Policy variables with no value: inverted operators match; a "
                "resource that includes one matches no resource, in Resource and in NotResource"},
    {"name": "no variables before 2012-10-17", "put": void_old_variables,
     "decides": "IAM User Guide, Version: in older versions ${aws:username} is a literal string"},
    {"name": "wildcards and variables in the first word of a resource", "put": resolve_resource_types,
     "decides": "IAM User Guide, Resource: wildcards stand for any characters within a segment; Variables: a variable "
                "may stand anywhere behind the fifth colon, as in ${aws:username}-queue. That a wildcard for the type "
                "of a resource is not permitted (Identify resources with ARNs) is a rule for authors"},
]


def install(folder):
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / "installed"
    if not mark.exists() or mark.read_text() != PACKAGE:
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", PACKAGE],
                       cwd=folder, check=True, stdout=sys.stderr)
        mark.write_text(PACKAGE)
    (folder / "simulate.mjs").write_text(SIMULATE)


def simulate(cases, folder, work):
    asked = [{
        "request": {"principal": c["principal"], "action": c["action"],
                    "resource": {"resource": c["resource"], "accountId": ACCOUNT},
                    "contextVariables": c["context"]},
        "identityPolicies": [{"name": f"p{i}", "policy": d} for i, d in enumerate(c["identity"])],
        "serviceControlPolicies": [{"orgIdentifier": f"o{i}", "policies": [{"name": "p", "policy": d} for d in level]}
                                   for i, level in enumerate(c["levels"])],
        "resourceControlPolicies": [],
        **({"permissionBoundaryPolicies": [{"name": "b", "policy": c["boundary"]}]} if c["boundary"] else {}),
    } for c in cases]
    (work / "cases.json").write_text(json.dumps(asked))
    subprocess.run(["node", str(folder / "simulate.mjs"), str(work / "cases.json"), str(work / "answers.json")],
                   check=True, stdout=sys.stderr)
    return [ANSWERS.get(a, a) for a in json.loads((work / "answers.json").read_text())]


def decide(cases, plumbline, work):
    path = work / "cases.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE c(id INTEGER PRIMARY KEY, documents TEXT, request TEXT)")
    for i, c in enumerate(cases):
        documents = {"identity": c["identity"], "boundary": c["boundary"], "service_control": c["levels"]}
        request = {k: c[k] for k in ("principal", "action", "resource", "context")} | {"complete": True}
        db.execute("INSERT INTO c VALUES(?, ?, ?)", (i, json.dumps(documents), json.dumps(request)))
    db.commit()
    db.close()
    sql = "SELECT policy_decision(documents, request) AS got FROM c ORDER BY id"
    run = subprocess.run([plumbline, "query", str(path), sql, "--format", "json"], capture_output=True, check=True)
    return [row["got"] for row in json.loads(run.stdout)]


def explain(cases, ours, theirs, folder, work):
    """Per differing case the names of the rows that explain it, or an empty list."""
    differing = [i for i in range(len(cases)) if ours[i] != theirs[i]]
    put, names = [], []
    for i in differing:
        case = copy.deepcopy(cases[i])
        used = []
        for row in EXPLAINED:
            before = copy.deepcopy(case)
            row["put"](case)
            used += [row["name"]] if case != before else []
        put.append(case)
        names.append(used)
    again = simulate(put, folder, work) if put else []
    return {i: names[n] if again[n] == ours[i] else [] for n, i in enumerate(differing)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--show", type=int, default=3)
    options = parser.parse_args()
    plumbline = os.environ.get("PLUMBLINE", str(ROOT / "zig-out/bin/plumbline"))
    folder = ROOT / ".zig-cache/plumbline/iam-simulate"
    install(folder)
    maker = Maker(options.seed)
    cases = [maker.case() for _ in range(options.count)]
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        theirs = simulate(cases, folder, work)
        ours = decide(cases, plumbline, work)
        explained = explain(cases, ours, theirs, folder, work)
    bad, reasons = {}, {}
    for i, names in explained.items():
        for name in names:
            reasons[name] = reasons.get(name, 0) + 1
        if not names:
            bad.setdefault(i // BLOCK, []).append(i)
            if sum(len(b) for b in bad.values()) <= options.show:
                print(f"# case {i}: ours {ours[i]}, theirs {theirs[i]}\n# {json.dumps(cases[i])}")
    for block in range((options.count + BLOCK - 1) // BLOCK):
        wrong = len(bad.get(block, []))
        name = f"policy simulator, cases {block * BLOCK} to {min((block + 1) * BLOCK, options.count) - 1}"
        print(f"not ok {name}: {wrong} differ without a reason" if wrong else f"ok {name}")
    for row in EXPLAINED:
        print(f"ok difference explained, {row['name']}" if row["name"] in reasons else
              f"not ok difference explained, {row['name']}: no case needs it any more")
    kinds = {a: theirs.count(a) for a in ANSWERS.values()}
    share = all(count > options.count / 20 for count in kinds.values())
    print(f"{'ok' if share else 'not ok'} the cases have all answers{'' if share else ': ' + str(kinds)}")
    print(f"# {len(explained)} of {options.count} cases differ, {sum(map(len, bad.values()))} without a reason")
    return 1 if bad or not share or len(reasons) < len(EXPLAINED) else 0


if __name__ == "__main__":
    sys.exit(main())
