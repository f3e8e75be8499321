#!/usr/bin/env python3
"""Compares event_pattern_matches() with AWS's own matcher, event-ruler, on generated cases.
judge_event.py [--count N] [--seed N]; PLUMBLINE names the binary (zig-out/bin/plumbline).
The matcher comes from Maven Central with Maven and is kept under .zig-cache/event-ruler.

Known differences, none of which these cases hold: a number in an event beside a "cidr" (the matcher compares
the digits of its own encoding; the EventBridge User Guide, "Comparison operators", has cidr for IP addresses
only), and numbers such as 1e23 whose nearest double Java's class reads otherwise (the guide: numbers are
compared within a range of five billion to either side).

A list in a pattern matches where one of its items does (the guide, "Create event patterns": "arrays … any of the
values"). The matcher merges the items of a list into one machine, and now and then this changes its answer with the
order of the items. So where the two differ, the matcher is asked once more, for each item by itself: where its own
answers then say what plumbline says, the case is counted as explained, not as agreed."""
import argparse
import glob
import itertools
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.environ.get("EVENT_RULER_CACHE", os.path.join(ROOT, ".zig-cache", "event-ruler"))
ARTIFACT = "software.amazon.event.ruler:event-ruler:1.8.1"
JARS = ("event-ruler", "jackson-core", "jackson-databind", "jackson-annotations", "fastdoubleparser", "jsr305")
JAVA = r'''
import java.io.*;
import java.nio.charset.StandardCharsets;
import com.fasterxml.jackson.databind.*;
import software.amazon.event.ruler.Machine;

public class Ask {
	public static void main(String[] args) throws Exception {
		ObjectMapper mapper = new ObjectMapper();
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		PrintStream out = new PrintStream(System.out, false, "UTF-8");
		String line;
		while ((line = in.readLine()) != null) {
			JsonNode ask = mapper.readTree(line);
			Machine machine = Machine.builder().build();
			try {
				machine.addRule("rule", ask.get("pattern").asText());
			} catch (Throwable refused) {
				out.println("null");
				continue;
			}
			try {
				out.println(machine.rulesForJSONEvent(ask.get("event").asText()).isEmpty() ? "0" : "1");
			} catch (Throwable foreign) {
				out.println("0");
			}
		}
		out.flush();
	}
}
'''


def jars():
    found = [p for p in glob.glob(os.path.join(CACHE, "m2", "**", "*.jar"), recursive=True)
             if os.path.basename(p).startswith(JARS)]
    return found if any("event-ruler" in p for p in found) else []


def prepare():
    """Fetches the matcher and compiles the program that asks it, once. Returns the class path."""
    os.makedirs(CACHE, exist_ok=True)
    if not jars():
        subprocess.run(["mvn", "-q", "-B", "-Dmaven.repo.local=" + os.path.join(CACHE, "m2"),
                        "dependency:get", "-Dartifact=" + ARTIFACT], check=True, stdout=sys.stderr)
    path = ":".join(jars() + [CACHE])
    source = os.path.join(CACHE, "Ask.java")
    if not os.path.exists(source) or open(source).read() != JAVA or not os.path.exists(source[:-4] + "class"):
        with open(source, "w") as f:
            f.write(JAVA)
        subprocess.run(["javac", "-cp", path, "-d", CACHE, source], check=True, stdout=sys.stderr)
    return path


def ruler(path, cases):
    text = "".join(json.dumps({"pattern": p, "event": e}) + "\n" for p, e in cases)
    done = subprocess.run(["java", "-cp", path, "Ask"], input=text.encode(), stdout=subprocess.PIPE, check=True)
    return [{"null": None, "0": 0, "1": 1}[x] for x in done.stdout.decode().split()]


def plumbline(binary, cases):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "cases.db")
        db = sqlite3.connect(name)
        db.execute("create table t(id integer primary key, p text, e text)")
        db.executemany("insert into t values(?,?,?)", [(i, p, e) for i, (p, e) in enumerate(cases)])
        db.commit()
        db.close()
        done = subprocess.run([binary, "query", name, "SELECT id, event_pattern_matches(p, e) AS got FROM t ORDER BY id",
                               "--format", "json"], stdout=subprocess.PIPE, check=True)
        return [row["got"] for row in json.loads(done.stdout)]


class Raw(str):
    """A number as it is written."""


def dump(value):
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (json.dumps(k), dump(v)) for k, v in value.items())
    if isinstance(value, list):
        return "[%s]" % ",".join(dump(v) for v in value)
    return json.dumps(value)


def choices(value):
    """The pattern once for each choice of one item out of each of its lists."""
    if isinstance(value, list):
        return [[v] for v in value]
    names, lists = [], []
    for name, below in value.items():
        names.append(name)
        is_or = name == "$or" and isinstance(below, list)
        lists.append([list(c) for c in itertools.product(*map(choices, below))] if is_or else choices(below))
    return [dict(zip(names, c)) for c in itertools.product(*lists)]


def explained(path, pattern, event, ours):
    try:
        tree = json.loads(pattern, parse_float=Raw, parse_int=Raw)
        each = [dump(c) for c in choices(tree)]
    except (ValueError, AttributeError, TypeError):
        return False
    if len(each) > 2000:
        return False
    answers = ruler(path, [(p, event) for p in each])
    return None not in answers and max(answers) == ours


class Maker:
    """Patterns and events over few names and values, so that about half of them meet."""
    TEXTS = ["", "a", "b", "ab", "abc", "aXb", "A", "AB", "a*b", "a\\b", "\u00e9", "\u00c9", "stra\u00dfe", "STRASSE", "x.png",
             "us-east-1", "eu-west-1", "10.0.0.1", "10.0.1.7", "192.168.3.4", "2001:db8::5", "2001:DB9::", "5", "true", "\U0001f600"]
    NUMBERS = ["0", "1", "5", "5.0", "5e0", "-5", "0.1", "0.10", "300", "3e2", "300.00", "1e9", "4999999999.5", "7.25", "-0.0",
               "123456789012345", "1e15", "12345678901234567890", "0.000001", "1.0000001"]
    NAMES = ["a", "b", "c", "d", "k.l"]

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.bad = 0.0  # how likely each part of a pattern is a faulty one

    def scalar(self):
        kind = self.r.random()
        if kind < 0.6:
            return json.dumps(self.r.choice(self.TEXTS), ensure_ascii=self.r.random() < 0.5)
        return self.r.choice(self.NUMBERS) if kind < 0.85 else self.r.choice(["true", "false", "null"])

    def value(self, depth):
        kind = self.r.random()
        if depth > 0 and kind < 0.35:
            return self.obj(depth - 1)
        if depth > 0 and kind < 0.6:
            return "[" + ",".join(self.value(depth - 1) for _ in range(self.r.choice([0, 1, 2, 2, 3]))) + "]"
        return self.scalar()

    def obj(self, depth):
        names = self.r.sample(self.NAMES, self.r.choice([1, 2, 3]))
        return "{" + ",".join('"%s":%s' % (n, self.value(depth)) for n in names) + "}"

    def text(self):
        return json.dumps(self.r.choice(self.TEXTS))

    def texts(self):
        return "[" + ",".join(self.text() for _ in range(self.r.choice([1, 2, 3]))) + "]"

    def wildcard(self):
        pieces = [self.r.choice(["*", "a", "b", ".", "x", "-", "\\*", "\\\\", "\u00e9", "east"]) for _ in range(self.r.choice([1, 2, 3, 4]))]
        if self.r.random() < self.bad:
            pieces.append(self.r.choice(["**", "\\x", "\\"]))
        return json.dumps("".join(pieces))

    def numeric(self):
        lone = ['["=",%s]', '[">",%s]', '["<",%s]', '[">=",%s]', '["<=",%s]']
        if self.r.random() < 0.6:
            return self.r.choice(lone) % self.r.choice(self.NUMBERS[:15])
        if self.r.random() < self.bad:
            return self.r.choice(['[]', '["!=",1]', '[">"]', '["<",1,">",0]', '[">",5,"<",5]', '[">","1"]', '5', '[">",1,"=",3]'])
        low, high = sorted(self.r.sample([-6, 0, 1, 4, 5, 5.5, 6, 299, 301, 1e9], 2))
        return '["%s",%s,"%s",%s]' % (self.r.choice([">", ">="]), low, self.r.choice(["<", "<="]), high)

    def cidr(self):
        if self.r.random() < self.bad:
            return json.dumps(self.r.choice(["10.0.0.0", "10.0.0.0/32", "10.0.0.0/33", "x/8", "2001:db8::/128", "10.0.0/8"]))
        return json.dumps(self.r.choice(["10.0.0.0/24", "10.0.0.0/8", "10.0.0.1/31", "192.168.0.0/16", "2001:db8::/32",
                                         "2001:db8::/127", "2000::/3"]))

    def but(self):
        kind = self.r.random()
        if kind < 0.25:
            if self.r.random() < self.bad:
                return self.r.choice(['["a",5]', "[]", "true", "null"])
            return self.r.choice([self.text(), self.texts(), self.r.choice(self.NUMBERS[:11]), "[5,300]"])
        name = self.r.choice(["prefix", "suffix", "equals-ignore-case", "wildcard"])
        if name == "wildcard":
            return '{"wildcard":%s}' % self.r.choice([self.wildcard(), "[%s,%s]" % (self.wildcard(), self.wildcard())])
        if self.r.random() < self.bad:
            return self.r.choice(['{}', '{"cidr":"10.0.0.0/8"}', '{"prefix":"a","suffix":"b"}', '{"exists":true}', '{"prefix":5}'])
        return '{"%s":%s}' % (name, self.r.choice([self.text(), self.texts()]))

    def match(self):
        kind = self.r.randrange(14)
        if kind < 4:
            return self.scalar()
        if kind == 4:
            return '{"exists":%s}' % self.r.choice(["true", "false"] if self.r.random() > self.bad else ['"true"', "1"])
        if kind < 7:
            name = self.r.choice(["prefix", "suffix"])
            value = self.text() if self.r.random() < 0.6 else '{"equals-ignore-case":%s}' % self.text()
            return '{"%s":%s}' % (name, value if self.r.random() > self.bad else self.r.choice(["1", "[]", "{}", "null"]))
        if kind == 7:
            return '{"equals-ignore-case":%s}' % self.text()
        if kind == 8:
            return '{"wildcard":%s}' % self.wildcard()
        if kind == 9:
            return '{"numeric":%s}' % self.numeric()
        if kind == 10:
            return '{"cidr":%s}' % self.cidr()
        if kind < 13:
            return '{"anything-but":%s}' % self.but()
        if self.r.random() < self.bad:
            return self.r.choice(['{}', '{"foo":1}', '["a"]', '{"prefix":"a","suffix":"b"}'])
        return self.r.choice(['{"exactly":"a"}', self.scalar()])

    def fields(self, depth):
        parts = []
        for name in self.r.sample(self.NAMES, self.r.choice([1, 1, 2, 3])):
            if depth > 0 and self.r.random() < 0.4:
                parts.append('"%s":%s' % (name, self.fields(depth - 1)))
            else:
                count = 0 if self.r.random() < self.bad / 4 else self.r.choice([1, 1, 2, 3])
                parts.append('"%s":[%s]' % (name, ",".join(self.match() for _ in range(count))))
        if self.r.random() < 0.15:
            count = 1 if self.r.random() < self.bad else self.r.choice([2, 2, 3])
            parts.insert(self.r.randrange(len(parts) + 1), '"$or":[%s]' % ",".join(
                self.fields(max(depth - 1, 0)) for _ in range(count)))
        return "{" + ",".join(parts) + "}"

    def wanted(self, matches):
        """A value that one of a leaf's matches may well take, as JSON."""
        match = self.r.choice(matches)
        if not isinstance(match, dict):
            return json.dumps(match)
        kind, value = next(iter(match.items()), ("", ""))
        while isinstance(value, (dict, list)) and value and kind != "numeric":
            value = self.r.choice(list(value.values()) if isinstance(value, dict) else value)
        if kind == "numeric" and isinstance(value, list) and len(value) > 1:
            return json.dumps(value[1] if not isinstance(value[1], float) or self.r.random() < 0.5 else value[1] + 1)
        if not isinstance(value, str):
            return self.scalar()
        if kind == "wildcard":
            return json.dumps(value.replace("\\*", "\0").replace("*", self.r.choice(["", "a", "xb"])).replace("\0", "*").replace("\\\\", "\\"))
        if kind == "cidr":
            return json.dumps(value.split("/")[0])
        value = self.r.choice([value, value.swapcase(), value + "a", "a" + value])
        return json.dumps(value)

    def witness(self, pattern):
        """An event in the pattern's own shape, some parts in arrays, some missing or changed."""
        parts = []
        for name, below in pattern.items():
            if name == "$or" and isinstance(below, list) and below and isinstance(below[0], dict):
                inner = self.witness(self.r.choice(below))[1:-1]
                if inner:
                    parts.append(inner)
                continue
            if self.r.random() < 0.1:
                continue
            if isinstance(below, dict):
                text = self.witness(below)
                other = self.witness(below) if self.r.random() < 0.5 else self.obj(1)
            else:
                text, other = self.wanted(below) if below else "1", self.scalar()
            if self.r.random() < 0.35:
                text = "[%s]" % ",".join(self.r.sample([text, other], 2))
                text = "[%s]" % text if self.r.random() < 0.1 else text
            parts.append('"%s":%s' % (name, text))
        return "{" + ",".join(parts) + "}"

    def case(self):
        while True:
            self.bad = 0.15 if self.r.random() < 0.2 else 0.0
            pattern = self.fields(2)
            event = self.obj(3) if self.r.random() < 0.25 else self.witness(json.loads(pattern))
            # See the differences above: no cidr where the event has numbers.
            if "cidr" not in pattern or not any(c in event for c in (":-", *(":%d" % i for i in range(10)),
                                                                     "[-", *("[%d" % i for i in range(10)), *(",%d" % i for i in range(10)), ",-")):
                return pattern, event


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    binary = os.environ.get("PLUMBLINE", os.path.join(ROOT, "zig-out", "bin", "plumbline"))
    maker = Maker(args.seed)
    cases = [maker.case() for _ in range(args.count)]
    path = prepare()
    theirs, ours = ruler(path, cases), plumbline(binary, cases)
    if len(theirs) != len(cases) or len(ours) != len(cases):
        print("not ok judge_event: %d cases, %d and %d answers" % (len(cases), len(theirs), len(ours)))
        return 1
    differ = [(c, t, o) for c, t, o in zip(cases, theirs, ours) if t != o]
    bad = [(c, t, o) for c, t, o in differ[:100] if not explained(path, c[0], c[1], o)] + differ[100:]
    for (pattern, event), t, o in bad[:20]:
        print("# event-ruler says %s, plumbline %s: %s | %s" % (t, o, pattern, event))
    counts = ", ".join("%s %d" % (k, theirs.count(k)) for k in (1, 0, None))
    print("%s judge_event: %d of %d cases agree with event-ruler, %d more explained (%s)" %
          ("not ok" if bad else "ok", len(cases) - len(differ), len(cases), len(differ) - len(bad), counts))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
