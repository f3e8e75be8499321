"""Would the examples of a page notice a mistake in its query? Each query is changed in one place, and must then fail its examples.

A mutant drops a condition, flips a comparison or swaps AND with OR, in the query or in `applies`; what only words `observed`, `reason` and
`through` is left alone. One that no example catches survives: at most one in twenty may, each listed in tests/mutants.tsv (check, mutant, why).
Prints `ok NAME` and `not ok NAME: why`. Needs PLUMBLINE (the binary). `--only REGEX` looks at some checks and lists their survivors.
"""
import argparse
import concurrent.futures
import csv
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKS = os.path.join(HERE, "..", "checks")
BINARY = os.path.abspath(os.environ["PLUMBLINE"])
TOKEN = re.compile(r"""\s+|--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_:][\w.]*|\d+(?:\.\d+)?|->>|->|<>|!=|<=|>=|==|\|\||.""", re.S)
FLIP = {"=": "<>", "==": "<>", "<>": "=", "!=": "=", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
SILENT = {"observed", "reason", "through"}


def tokens(sql):
    return TOKEN.findall(sql)


def words_at(list_, i, count):
    """the next `count` words from i, upper case, spaces passed over, and where each stands"""
    out = []
    while i < len(list_) and len(out) < count:
        if not list_[i].isspace():
            out.append((list_[i].upper(), i))
        i += 1
    return out


def silent_places(list_):
    """places of tokens that only word a finding: select expressions AS observed, reason, through"""
    depth, start, places = 0, None, set()
    for i, t in enumerate(list_):
        upper = t.upper()
        depth += t == "("
        depth -= t == ")"
        if depth == 0 and upper == "SELECT":
            start = i + 1
        elif depth == 0 and start is not None and (t == "," or upper == "FROM"):
            names = [x for x in list_[start:i] if not x.isspace()]
            if len(names) > 1 and names[-2].upper() == "AS" and names[-1].lower() in SILENT:
                places.update(range(start, i))
            start = i + 1 if t == "," else None
    return places


def condition_end(list_, i):
    """where the condition that begins at i ends: before AND, OR, a closing bracket or a clause of the same depth"""
    depth, between, case = 0, False, 0
    while i < len(list_):
        upper = list_[i].upper()
        if depth == 0 and case == 0:
            if upper in ("OR", ")", ",", "THEN", "ELSE", "END", "WHEN", "GROUP", "ORDER", "LIMIT", "UNION", "JOIN", "LEFT", "CROSS", "WHERE", "AS", ";"):
                return i
            if upper == "AND":
                if not between:
                    return i
                between = False
            between = between or upper == "BETWEEN"
        case += upper == "CASE"
        case -= upper == "END" and case > 0
        depth += list_[i] in "([" if len(list_[i]) == 1 else 0
        depth -= list_[i] in ")]" if len(list_[i]) == 1 else 0
        i += 1
    return i


def mutants(sql):
    """(what was changed, the changed text)"""
    list_ = tokens(sql)
    silent = silent_places(list_)
    between = False
    for i, t in enumerate(list_):
        upper = t.upper()
        if i in silent or t.isspace():
            continue
        around = "".join(list_[max(0, i - 6):i + 7]).replace("\n", " ").strip()

        def changed(text, to=None):
            return "".join(list_[:i] + [text] + list_[to or i + 1:])
        if t in FLIP:
            yield "%s to %s in: %s" % (t, FLIP[t], around), changed(FLIP[t])
        elif upper == "BETWEEN":
            between = True
        elif upper == "AND" and between:
            between = False
        elif upper in ("AND", "OR"):
            yield "%s to %s in: %s" % (upper, "OR" if upper == "AND" else "AND", around), changed("OR" if upper == "AND" else "AND")
            end = condition_end(list_, i + 1)
            yield "dropped: %s" % "".join(list_[i:end]).replace("\n", " ").strip()[:100], changed(" ", end)
        elif upper == "IS":
            next_ = words_at(list_, i + 1, 2)
            if next_ and next_[0][0] == "NOT":
                yield "IS NOT to IS in: %s" % around, "".join(list_[:next_[0][1]] + list_[next_[0][1] + 1:])
            else:
                yield "IS to IS NOT in: %s" % around, changed("IS NOT ")
        elif upper == "NOT" and not (i and "".join(list_[:i]).rstrip().upper().endswith(" IS")):
            yield "NOT dropped in: %s" % around, changed("")
        elif upper in ("IN", "LIKE", "GLOB"):
            if not "".join(list_[:i]).rstrip().upper().endswith("NOT"):
                yield "%s to NOT %s in: %s" % (upper, upper, around), changed("NOT " + upper)


def page_mutants(text):
    m = re.search(r"```sql\n(.*?)```", text, re.S)
    for what, sql in mutants(m.group(1)):
        yield what, text[:m.start(1)] + sql + text[m.end(1):]
    m = re.search(r"^applies: (.*)$", text, re.M)
    if m:
        for what, sql in mutants(m.group(1)):
            yield "applies: " + what, text[:m.start(1)] + sql + text[m.end(1):]


def survives(page):
    """whether the examples pass although the query was changed"""
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "mutant"))
        views = os.path.join(CHECKS, "views")
        with open(os.path.join(folder, "mutant", "page.md"), "w") as f:
            f.write(page)
        assert os.path.isdir(views)
        done = subprocess.run([BINARY, "checks", "test", "mutant_page", "--checks-dir", folder], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, timeout=120)
        return done.returncode == 0


def listed():
    path = os.path.join(HERE, "mutants.tsv")
    with open(path, newline="") as f:
        return {(r[0], r[1]): r[2] for r in csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE) if len(r) == 3 and not r[0].startswith("#")}


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--only", default="")
    only = p.parse_args().only
    jobs = []
    for folder, _, names in sorted(os.walk(CHECKS)):
        for name in sorted(names):
            rel = os.path.relpath(os.path.join(folder, name), CHECKS)
            check = rel[:-3].replace(os.sep, "_")
            if name.endswith(".md") and not rel.startswith(("views", "frameworks")) and re.search(only, check):
                with open(os.path.join(folder, name)) as f:
                    text = f.read()
                jobs += [(check, what, page) for what, page in page_mutants(text)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        alive = list(pool.map(lambda job: survives(job[2]), jobs))
    left = [(check, what) for (check, what, _), a in zip(jobs, alive) if a]
    known = listed()
    new = [x for x in left if x not in known]
    for check, what in new:
        print("not ok mutants of %s: no example catches: %s" % (check, what.replace("\n", " ")))
    print("# %d of %d mutants survive" % (len(left), len(jobs)))
    if not new:
        print("ok mutants: each survivor is explained")
    few = bool(jobs) and len(left) * 20 <= len(jobs)
    print("ok mutants: at most one in twenty survives" if few else "not ok mutants, at most one in twenty survives: %d of %d" % (len(left), len(jobs)))
    return 0 if few and not new else 1


if __name__ == "__main__":
    sys.exit(main())
