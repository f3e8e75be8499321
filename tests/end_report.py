#!/usr/bin/env python3
"""Reports of the demo account, and of the same account with hostile names, looked at from outside.

PLUMBLINE is the binary. Prints "ok NAME" or "not ok NAME: why". With PLUMBLINE_EVIDENCE the evidence file is that
one and the writer PLUMBLINE_REPORT ("PROGRAM FILE FORMATS DIR"): so the reports can be tried by themselves.
"""

import csv
import hashlib
import html.parser
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zipfile

FORMATS = "csv,fixes,html,json,xlsx"
# What stands in a name must stay a name. A file of this name appears where one was run.
CANARY = "plumbline-was-run"
HOSTILE = [
    "<script>alert(1)</script>", "</code></pre><img src=https://evil.example/x onerror=alert(1)>", "\" onmouseover=\"alert(1)",
    "$(touch %s)" % CANARY, "`touch %s`" % CANARY, "'; touch %s; '" % CANARY, "\"; touch %s; \"" % CANARY, "a\ntouch %s\n" % CANARY,
    "a\nEOF\ntouch %s\n" % CANARY, "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "${file(\"/etc/passwd\")}", "%{if true}x%{endif}",
    "\u202egnp.exe", "\ud55c\uad6d\uc5b4 \u0639\u0631\u0628\u064a", "a\x01\x7fb", "{{name}}", "]]>", "\\", "'", "\"", "*/", "#", "&lt;b&gt;", "-rf",
]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "path"}
failures = 0


def tell(name, why=None):
    global failures
    if why:
        failures += 1
        print("not ok report/%s: %s" % (name, " ".join(str(why).split())[:300]))
    else:
        print("ok report/%s" % name)
    sys.stdout.flush()


class Page(html.parser.HTMLParser):
    """Nesting, ids, what is loaded, and the text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.text, self.wrong, self.tags, self.links = [], set(), [], [], {}, []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags[tag] = self.tags.get(tag, 0) + 1
        if len(given) != len(attributes):
            self.wrong.append("an attribute twice in <%s> %s" % (tag, self.getpos()))
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "srcset", "srcdoc", "action", "formaction", "poster", "background"):
                self.wrong.append("<%s %s=%s>" % (tag, name, value))
            if name == "style" and not re.fullmatch(r"flex:\d+", value):
                self.wrong.append("style %s" % value)
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "link" or tag == "base" or tag == "iframe" or tag == "object":
            self.wrong.append("<%s>" % tag)
        if "id" in given:
            if given["id"] in self.ids:
                self.wrong.append("id %s twice" % given["id"])
            self.ids.add(given["id"])
        if tag == "th" and "scope" not in given:
            self.wrong.append("<th> without scope at %s" % (self.getpos(),))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong.append("</%s> at %s inside %s" % (tag, self.getpos(), self.open[-3:]))
            if tag in self.open:
                while self.open.pop() != tag:
                    pass
        else:
            self.open.pop()

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **more)


def write_reports(evidence, folder):
    shutil.rmtree(folder, ignore_errors=True)
    if os.environ.get("PLUMBLINE_REPORT"):
        os.makedirs(folder)
        return run(os.environ["PLUMBLINE_REPORT"], str(evidence), FORMATS, str(folder))
    return run(os.environ["PLUMBLINE"], "report", str(evidence), "--format", FORMATS, "--output", str(folder))


def poison(evidence):
    """Copies failing findings, with their resources, under hostile names."""
    db = sqlite3.connect(evidence)
    db.row_factory = sqlite3.Row
    rows = db.execute("SELECT f.*, p.resource AS tbl FROM finding f JOIN check_page p USING (check_id) WHERE f.verdict = 'fail'"
                      " AND p.fix_sh IS NOT NULL AND p.resource IN (SELECT name FROM sqlite_master WHERE type = 'table')"
                      " AND p.resource NOT IN ('account', 'region') GROUP BY f.check_id ORDER BY f.check_id").fetchall()
    made = 0
    for found in rows:
        table, row = found["tbl"], None
        row = db.execute('SELECT * FROM "%s" WHERE arn = ?' % table, (found["resource"],)).fetchone()
        if row is None:
            continue
        for number, name in enumerate(HOSTILE):
            arn = "arn:aws:evil:::%d/%s" % (number, name)
            values = [arn if c == "arn" else row[c] if c in ("region", "account_id", "tags") or not isinstance(row[c], str)
                      or row[c][:1] in "[{" else name for c in row.keys()]
            db.execute('INSERT INTO "%s" VALUES (%s)' % (table, ",".join("?" * len(values))), values)
            copy = {c: found[c] for c in found.keys() if c != "tbl"}
            copy.update(resource=arn, observed=name, id=hashlib.sha256((found["check_id"] + arn).encode()).hexdigest()[:32])
            db.execute("INSERT INTO finding (%s) VALUES (%s)" % (",".join(copy), ",".join("?" * len(copy))), list(copy.values()))
            made += 1
    db.commit()
    db.close()
    return made


def check_html(name, folder, verdicts):
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    page.close()
    tell(name + " html nests", "; ".join(page.wrong[:3]) or (page.open and "open at the end: %s" % page.open) or None)
    scripts = page.tags.get("script", 0)
    tell(name + " html has one script", None if scripts == 1 and "img" not in page.tags else "%d scripts, %s" % (scripts, page.tags.get("img")))
    bad = [a for a in page.links if not a.startswith(("#", "https://", "http://", "mailto:"))]
    bad += [a for a in page.links if a.startswith("#") and a[1:] not in page.ids]
    tell(name + " html links lead somewhere", ", ".join(bad[:3]))
    want = ("main", "nav", "header", "footer", "h1", "caption")
    tell(name + " html has landmarks", ", ".join(t for t in want if t not in page.tags))
    order = [text.find('id="%s"' % s) for s in ("doubt", "summary", "failed", "controls", "passed", "evidence")]
    tell(name + " html tells doubt first", None if order == sorted(order) and order[0] > 0 else order)
    shown = "".join(page.text)
    tell(name + " html has no control or turning characters", ", ".join(sorted({hex(ord(c)) for c in re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)})))
    missing = [v for v in ("{:,}".format(n) for n in verdicts.values()) if v not in shown]
    tell(name + " html has the counts", ", ".join(missing))


def check_browser(name, folder):
    shot = folder / "shot.png"
    with tempfile.TemporaryDirectory() as profile:
        done = run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + profile, "--window-size=1280,2000",
                   "--enable-logging=stderr", "--v=0", "--screenshot=" + str(shot), (folder / "report.html").as_uri())
    size = shot.stat().st_size if shot.exists() else 0
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    tell(name + " opens in a browser", None if size > 40000 and not said else "%d bytes, %s" % (size, said[:2]))


def check_json(name, folder, findings):
    text = (folder / "report.json").read_text(encoding="utf-8")
    events = json.loads(text)
    status = {"pass": ("Pass", 1), "fail": ("Fail", 3), "unknown": ("Unknown", 0), "not_applicable": ("Not applicable", 99)}
    tell(name + " json has every finding", None if sorted(e["finding_info"]["uid"] for e in events) == sorted(findings) else "%d of %d" % (len(events), len(findings)))
    wrong = []
    for e in events:
        f = findings.get(e["finding_info"]["uid"])
        if not f:
            continue
        same = (e["class_uid"], e["category_uid"], e["type_uid"], e["metadata"]["product"]["name"]) == (2003, 2, 200301, "Plumbline")
        same &= (e["compliance"]["status"], e["compliance"]["status_id"]) == status[f["verdict"]]
        same &= e["resources"][0]["uid"] == f["resource"] and e["cloud"]["account"]["uid"] == f["account_id"] and e["cloud"]["provider"] == "AWS"
        same &= e["severity_id"] == {"critical": 5, "high": 4, "medium": 3, "low": 2}[f["severity"]] and isinstance(e["time"], int)
        same &= e["unmapped"].get("observed") == (f["observed"] or None) and isinstance(e["compliance"]["standards"], list)
        same &= f["verdict"] != "fail" or "desc" in e["remediation"]
        if not same:
            wrong.append(e["finding_info"]["uid"])
    tell(name + " json is OCSF and exact", ", ".join(wrong[:3]))
    lines = text.strip().split("\n")
    tell(name + " json has one finding a line", None if len(lines) == len(events) + 2 else len(lines))


def check_csv(name, folder, findings):
    with open(folder / "report.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tell(name + " csv has every finding", None if sorted(r["finding_id"] for r in rows) == sorted(findings) else "%d rows" % len(rows))
    bad = [v for r in rows for v in r.values() if v and v[0] in "=+-@\t\r"]
    tell(name + " csv holds no formula", ", ".join(bad[:3]))


def check_xlsx(name, folder, verdicts, findings):
    spaces = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(folder / "report.xlsx") as book:
        broken = book.testzip()
        parts = {n: xml.etree.ElementTree.fromstring(book.read(n)) for n in book.namelist() if n.endswith((".xml", ".rels"))}
    tell(name + " xlsx is sound", broken)
    names = [s.get("name") for s in parts["xl/workbook.xml"].findall(".//m:sheet", spaces)]
    want = ["Cover", "Summary", "Controls", "Findings", "Population", "Coverage", "Refused", "Remediation", "Decisions", "Pages"]
    tell(name + " xlsx has its sheets", None if names == want else names)
    sheet = {n: parts["xl/worksheets/sheet%d.xml" % (i + 1)] for i, n in enumerate(names)}
    rows = len(sheet["Findings"].findall(".//m:row", spaces)) - 1
    tell(name + " xlsx has every finding", None if rows == len(findings) else rows)
    rows = len(sheet["Remediation"].findall(".//m:row", spaces)) - 1
    tell(name + " xlsx has every failure", None if rows == verdicts.get("fail", 0) else rows)
    formulas = [n for n in sheet if sheet[n].findall(".//m:f", spaces)]
    tell(name + " xlsx holds no formula", ", ".join(formulas))
    long = [n for n in sheet for t in sheet[n].findall(".//m:t", spaces) if len(t.text or "") > 32767]
    tell(name + " xlsx cells are not too long", ", ".join(long))
    no = [r for r in sheet["Population"].findall(".//m:row", spaces) if "NO" in [t.text for t in r.findall(".//m:t", spaces)]]
    if name == "demo":
        tell(name + " xlsx populations add up", None if not no else "%d checks do not" % len(no))


def check_fixes(name, folder, evidence, findings):
    with open(folder / "fixes" / "index.csv", newline="", encoding="utf-8") as file:
        index = list(csv.DictReader(file))
    named = {r[k] for r in index for k in ("sh", "tf", "yaml") if r[k]}
    there = {p.name for p in (folder / "fixes").iterdir()} - {"index.csv"}
    tell(name + " fixes are those of the index", None if named == there and there else "%d named, %d there" % (len(named), len(there)))
    db = sqlite3.connect(evidence)
    columns = {table: {r[1] for r in db.execute('PRAGMA table_info("%s")' % table)} for (table,) in db.execute("SELECT DISTINCT resource FROM check_page")}
    fixes = {r[0]: r for r in db.execute("SELECT check_id, resource, fix_sh, fix_hcl, fix_yaml FROM check_page")}
    db.close()
    poisoned = [r for r in index if r["resource"].startswith("arn:aws:evil:::")]
    left = []
    for r in index:
        if r in poisoned:
            continue
        for k in ("sh", "tf", "yaml"):
            if r[k] and re.search(r"\{\{[a-z_]+(\|[a-z]+)?\}\}", (folder / "fixes" / r[k]).read_text(encoding="utf-8")):
                left.append(r[k])
    tell(name + " fixes have no placeholder left", ", ".join(left[:3]))
    wanted = {i for i, f in findings.items() if f["verdict"] == "fail" and any(fixes[f["check_id"]][2:])}
    tell(name + " fixes are there for each failure", ", ".join(sorted(wanted - {r["finding_id"] for r in index})[:3]))
    return index, columns, fixes


def check_harmless(name, folder, index, evidence):
    """Runs each hostile shell fix with commands that do nothing: no name may be run, and the name must arrive."""
    db = sqlite3.connect(evidence)
    templates = dict(db.execute("SELECT check_id, fix_sh FROM check_page"))
    db.close()
    work = folder / "ran"
    work.mkdir()
    (work / "bin").mkdir()
    for tool in ("aws", "jq", "openssl", "curl", "base64", "sleep"):
        (work / "bin" / tool).write_text("#!/bin/sh\nprintf '%s\\0' \"$@\" >> \"$ARGUMENTS\"\n")
        (work / "bin" / tool).chmod(0o755)
    for tool in ("touch", "cat"):
        (work / "bin" / tool).symlink_to(shutil.which(tool))
    lost, seen, arrived = [], 0, 0
    for r in index:
        if not r["sh"] or not r["resource"].startswith("arn:aws:evil:::"):
            continue
        number = int(r["resource"].split(":::")[1].split("/")[0])
        said = work / (r["finding_id"] + ".args")
        text = (folder / "fixes" / r["sh"]).read_bytes()
        run("/bin/sh", "-c", text.decode("utf-8", "surrogateescape"), cwd=work, env={"PATH": str(work / "bin"), "ARGUMENTS": str(said)}, input="")
        seen += 1
        whole = re.search(r"--[a-z-]+ \{\{name\}\}(\s|$)", templates[r["check_id"]] or "")
        if whole and said.exists():
            arrived += 1
            if HOSTILE[number].encode() not in said.read_bytes().split(b"\0"):
                lost.append(r["sh"])
    tell(name + " fixes run nothing", "no hostile fix was looked at" if not seen else (list(work.rglob(CANARY)) or [""])[0])
    tell(name + " fixes pass the name on whole", ", ".join(lost[:3]) or (not arrived and "none was run"))


def check_languages(name, folder, index):
    bad = []
    try:
        import yaml
    except ImportError:
        yaml = None
    class Loader(yaml.SafeLoader if yaml else object):
        pass
    if yaml:
        Loader.add_multi_constructor("!", lambda loader, suffix, node: getattr(node, "value", None))
    for r in index:
        if r["yaml"] and yaml:
            try:
                yaml.load((folder / "fixes" / r["yaml"]).read_text(encoding="utf-8"), Loader)
            except yaml.YAMLError as error:
                bad.append("%s: %s" % (r["yaml"], error))
        if r["tf"]:
            text = (folder / "fixes" / r["tf"]).read_text(encoding="utf-8")
            if "${file(" in text.replace("$${file(", "") or "%{if true}" in text.replace("%%{if true}", ""):
                bad.append(r["tf"] + ": a template of the name's own")
    tell(name + " fixes parse", "; ".join(bad[:2]))


def check_all(name, evidence, folder):
    done = write_reports(evidence, folder)
    tell(name + " is written", None if done.returncode == 0 else done.stderr)
    if done.returncode != 0:
        return
    db = sqlite3.connect(evidence)
    db.row_factory = sqlite3.Row
    findings = {r["id"]: dict(r) for r in db.execute("SELECT * FROM finding")}
    verdicts = dict(db.execute("SELECT verdict, count(*) FROM finding GROUP BY 1").fetchall())
    db.close()
    check_html(name, folder, verdicts)
    check_browser(name, folder)
    check_json(name, folder, findings)
    check_csv(name, folder, findings)
    check_xlsx(name, folder, verdicts, findings)
    index, _, _ = check_fixes(name, folder, evidence, findings)
    if name == "hostile":
        check_harmless(name, folder, index, evidence)
        check_languages(name, folder, index)


def digests(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".png"}


def main():
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        if os.environ.get("PLUMBLINE_EVIDENCE"):
            evidence = pathlib.Path(os.environ["PLUMBLINE_EVIDENCE"])
        else:
            done = run(os.environ["PLUMBLINE"], "demo", "--output", str(work / "scan"))
            evidence = work / "scan" / "evidence.db"
            tell("demo", None if evidence.exists() else done.stderr)
            if not evidence.exists():
                return 1
        check_all("demo", evidence, work / "demo")
        write_reports(evidence, work / "again")
        same = digests(work / "demo") == digests(work / "again")
        tell("the same file gives the same bytes", None if same else [k for k, v in digests(work / "again").items() if digests(work / "demo").get(k) != v])
        # A folder that is there keeps what is the user's own.
        (work / "again" / "fixes" / "mine.txt").write_text("mine")
        (work / "again" / "fixes" / ("0" * 32 + ".sh")).write_text("old")
        if os.environ.get("PLUMBLINE_REPORT"):
            run(os.environ["PLUMBLINE_REPORT"], str(evidence), "fixes", str(work / "again"))
        else:
            run(os.environ["PLUMBLINE"], "report", str(evidence), "--format", "fixes", "--output", str(work / "again"))
        kept = (work / "again" / "fixes" / "mine.txt").exists() and not (work / "again" / "fixes" / ("0" * 32 + ".sh")).exists()
        tell("old fixes go, the user's files stay", None if kept else sorted(os.listdir(work / "again" / "fixes"))[:5])
        hostile = work / "hostile.db"
        shutil.copy(evidence, hostile)
        made = poison(hostile)
        tell("names are poisoned", None if made else "no failing finding with a fix")
        check_all("hostile", hostile, work / "hostile")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
