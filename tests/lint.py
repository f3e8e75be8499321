#!/usr/bin/env python3
"""The rules of the house as tests: arrows, sizes, names, sorted tables, pages, frameworks, nothing private.

Prints "ok lint/RULE" or "not ok lint/RULE: why" a line. --self-test first builds samples that break each rule
and must see every one of them flagged. --format also reports what clang-format would change (never fails).
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent.parent

# Who may include whom: base < store < {checks, report}, base < aws < scanners, store < scanners; cmd sees all.
ARROWS = {
    "base": {"base"},
    "store": {"store", "base"},
    "aws": {"aws", "base"},
    "scanners": {"scanners", "aws", "store", "base"},
    "checks": {"checks", "store", "base"},
    "report": {"report", "store", "base"},
    "cmd": {"cmd", "base", "store", "aws", "scanners", "checks", "report"},
    "tests": {"tests", "base", "store", "aws", "scanners", "checks", "report", "cmd"},
    "tools": {"tools", "base", "store", "aws", "scanners", "checks", "report"},
}
HEADER_LINES = 200
# The evidence file is an interface of its own, declarations and reading and writing in one header.
HEADER_EXCEPTIONS = {"store/store.h": 250}
FILE_LINES = 500
FUNCTION_LINES = 60
LEVELS = 4
BANNED_CALLS = {"sprintf", "vsprintf", "strcpy", "strcat", "strtok", "gets", "atoi"}
BANNED_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "data"}
CODE_ENDINGS = {".c", ".h", ".py", ".sh", ".zig", ".js"}


# ---- C, read as tokens

TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<char>'(?:[^'\\\n]|\\.)*')
      | (?P<directive>^[ \t]*\#(?:[^\n\\]|\\.)*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
      | (?P<sign>[^\s])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE)


class Token:
    __slots__ = ("kind", "text", "line")

    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line


def tokens_of(text):
    tokens, line, at = [], 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        tokens.append(Token(match.lastgroup, match.group(), line))
    return tokens


def skip_group(tokens, i):
    """Past the bracket that opens at i."""
    depth = 0
    while i < len(tokens):
        if tokens[i].text in ("(", "[", "{") and tokens[i].kind == "sign":
            depth += 1
        elif tokens[i].text in (")", "]", "}") and tokens[i].kind == "sign":
            depth -= 1
            if depth <= 0:
                return i + 1
        i += 1
    return i


class Function:
    def __init__(self, name, first, last, levels, is_static):
        self.name, self.first, self.last, self.levels, self.is_static = name, first, last, levels, is_static


def functions_of(tokens):
    tokens = [token for token in tokens if token.kind not in ("comment", "directive")]
    i, start, functions = 0, 0, []
    while i < len(tokens):
        text = tokens[i].text
        if text == ";":
            start = i = i + 1
        elif text == "(" or text == "[":
            i = skip_group(tokens, i)
        elif text == "{":
            end = skip_group(tokens, i)
            name = function_name(tokens, start, i)
            if name is not None:
                levels = Levels(tokens).body(i, end)
                is_static = any(token.text == "static" for token in tokens[start:name])
                functions.append(Function(tokens[name].text, tokens[name].line, tokens[end - 1].line, levels, is_static))
                start = end
            i = end
        else:
            i += 1
    return functions


def function_name(tokens, start, brace):
    """Where `words NAME ( … ) {` stands between start and brace; an initializer has an equals sign."""
    i, name = start, None
    while i < brace:
        if tokens[i].text == "=":
            return None
        if tokens[i].text == "(":
            if i > start and tokens[i - 1].kind == "word" and tokens[i - 1].text not in ("__attribute__", "PRINTF_LIKE"):
                name = i - 1
            i = skip_group(tokens, i)
        else:
            # Behind `NAME ( … )` only attributes may stand: else it was a macro.
            if tokens[i].kind == "word" and tokens[i].text != "__attribute__":
                name = None
            i += 1
    return name


class Levels:
    """How deep statements stand in one another, with braces or without."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.deepest = 0

    def body(self, brace, end):
        self.block(brace, end, 0)
        return self.deepest

    def block(self, brace, end, depth):
        i = brace + 1
        while i < end - 1:
            i = max(self.statement(i, depth, end - 1), i + 1)
        return end

    def statement(self, i, depth, end):
        if i >= end:
            return end
        text = self.tokens[i].text
        if text == "{":
            return self.inner(i, depth, end)
        if text == "if":
            i = self.inner(skip_group(self.tokens, i + 1), depth, end)
            while i < end and self.tokens[i].text == "else":
                if i + 1 < end and self.tokens[i + 1].text == "if":
                    i = self.inner(skip_group(self.tokens, i + 2), depth, end)
                else:
                    i = self.inner(i + 1, depth, end)
            return i
        if text in ("for", "while", "switch"):
            return self.inner(skip_group(self.tokens, i + 1), depth, end)
        if text == "do":
            i = self.inner(i + 1, depth, end)
            return self.plain(i, end)
        if text in ("case", "default"):
            while i < end and self.tokens[i].text != ":":
                i += 1
            return i + 1
        if self.tokens[i].kind == "word" and i + 1 < end:
            if self.tokens[i + 1].text == ":":
                return i + 2
            if self.tokens[i + 1].text == "(":
                after = skip_group(self.tokens, i + 1)
                if after < end and (self.tokens[after].text == "{" or "foreach" in text):
                    return self.inner(after, depth, end)
        return self.plain(i, end)

    def inner(self, i, depth, end):
        """The statement at i, one level deeper than what it belongs to."""
        if i < end and self.tokens[i].text == ";":
            return i + 1
        self.deepest = max(self.deepest, depth + 1)
        if i < end and self.tokens[i].text == "{":
            return self.block(i, skip_group(self.tokens, i), depth + 1)
        return self.statement(i, depth + 1, end)

    def plain(self, i, end):
        while i < end and self.tokens[i].text != ";":
            i = skip_group(self.tokens, i) if self.tokens[i].text in ("(", "[", "{") else i + 1
        return i + 1


# ---- The tree

class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.names = sorted(name for name in self.list_files() if (self.root / name).is_file())
        self.kept, self.kept_tokens = {}, {}

    def list_files(self):
        """What git tracks or would: the tree as it will be committed."""
        if (self.root / ".git").exists():
            listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=self.root,
                                    capture_output=True, check=True).stdout
            return [name for name in listed.decode("utf-8", "surrogateescape").split("\0") if name]
        return [str(path.relative_to(self.root)) for path in self.root.rglob("*")
                if not any(part in (".zig-cache", "zig-out", ".git") for part in path.relative_to(self.root).parts)]

    def text(self, name):
        if name not in self.kept:
            self.kept[name] = (self.root / name).read_bytes().decode("utf-8", "replace")
        return self.kept[name]

    def tokens(self, name):
        if name not in self.kept_tokens:
            self.kept_tokens[name] = tokens_of(self.text(name))
        return self.kept_tokens[name]

    def ending(self, *endings):
        return [name for name in self.names if name.endswith(endings)]

    def source(self):
        """C files and headers of the house's folders."""
        return [name for name in self.ending(".c", ".h") if name.split("/")[0] in ARROWS]


def folder_of(name):
    return name.split("/")[0]


# ---- The rules: each yields (file, line, message)

def rule_arrows(tree):
    for name in tree.source():
        folder = folder_of(name)
        for token in tree.tokens(name):
            match = token.kind == "directive" and re.match(r'\s*#\s*include\s*"([^"]*)"', token.text)
            if not match:
                continue
            other = match[1]
            if "/" not in other or ".." in other or not (tree.root / other).is_file():
                yield name, token.line, f'"{other}" is not a header named from the root'
            elif folder_of(other) not in ARROWS[folder]:
                yield name, token.line, f"{folder} must not include {folder_of(other)}: {other}"
            elif folder_of(other) != folder and folder != "tests" and other != f"{folder_of(other)}/{folder_of(other)}.h":
                yield name, token.line, f"{other} is private to {folder_of(other)}"


def rule_headers(tree):
    compiler = shutil.which("clang") or shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        yield "tests/lint.py", 0, "there is no clang or gcc to compile headers with"
        return
    for folder in ARROWS:
        # The commands are reached by main.c's table, and tests and tools by nobody.
        if folder in ("cmd", "tests", "tools") or not any(folder_of(name) == folder for name in tree.ending(".c")):
            continue
        if f"{folder}/{folder}.h" not in tree.names:
            yield folder, 0, f"its public header {folder}/{folder}.h is missing"
    for name in tree.ending(".h"):
        lines = tree.text(name).count("\n")
        public = name == f"{folder_of(name)}/{folder_of(name)}.h"
        most = HEADER_EXCEPTIONS.get(name, HEADER_LINES if public else FILE_LINES)
        if lines > most:
            yield name, lines, f"this header has at most {most} lines"
        command = [compiler, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I.", "-x", "c", "-"]
        result = subprocess.run(command, cwd=tree.root, input=f'#include "{name}"\n', capture_output=True, text=True)
        if result.returncode != 0:
            first = next((line for line in result.stderr.splitlines() if "error" in line), "it does not compile")
            yield name, 1, f"does not compile alone: {first}"


def rule_sizes(tree):
    for name in tree.source():
        folder = folder_of(name)
        tables_only = folder == "scanners" and not has_logic(tree, name)
        if name.endswith(".c") and folder != "tests" and not tables_only:
            lines = tree.text(name).count("\n")
            if lines > FILE_LINES:
                yield name, lines, f"{lines} lines; a file with logic has at most {FILE_LINES}"
        for function in functions_of(tree.tokens(name)):
            lines = function.last - function.first + 1
            if lines > FUNCTION_LINES and folder != "tests":
                yield name, function.first, f"{function.name} has {lines} lines; at most {FUNCTION_LINES}"
            if function.levels > LEVELS:
                yield name, function.first, f"{function.name} is {function.levels} levels deep; at most {LEVELS}"


def has_logic(tree, name):
    """A scanner is tables with hardly a function; collect.c and its kind are not."""
    return sum(function.last - function.first for function in functions_of(tree.tokens(name))) > 100


def rule_calls(tree):
    for name in tree.source():
        tokens = [token for token in tree.tokens(name) if token.kind not in ("comment", "directive")]
        for token, after in zip(tokens, tokens[1:] + [Token("sign", "", 0)]):
            if token.text in BANNED_CALLS and after.text == "(":
                yield name, token.line, f"{token.text} is banned"
            if token.kind == "word" and token.text == "typedef":
                yield name, token.line, "no typedef: say struct"


def rule_names(tree):
    for name in tree.names:
        path = pathlib.PurePath(name)
        if path.suffix in CODE_ENDINGS and BANNED_WORDS & set(re.split(r"[^a-z0-9]+", path.stem.lower())):
            yield name, 0, "a file is named for what it does"
    for name in tree.source():
        for function in functions_of(tree.tokens(name)):
            if not re.fullmatch(r"[a-z][a-z0-9_]*", function.name) and not function.name.startswith("LLVM"):
                yield name, function.first, f"{function.name}: names of functions are words_like_this"
            elif BANNED_WORDS & set(function.name.split("_")):
                yield name, function.first, f"{function.name}: none of {', '.join(sorted(BANNED_WORDS))} in a name"


def rule_first_line(tree):
    for name in tree.ending(".c", ".h"):
        if not re.match(r"/\* ?\S", tree.text(name)):
            yield name, 1, "the first line is a comment that says what the file is for"


def rule_sorted(tree):
    for name in tree.source():
        tokens = tree.tokens(name)
        for i, token in enumerate(tokens):
            if token.kind == "comment" and re.match(r"/\*\s*sorted\b", token.text, re.IGNORECASE):
                yield from unsorted(name, tokens, i + 1)


def unsorted(name, tokens, i):
    """Rows of the table that is defined after i, by their first string, else their first word."""
    after_comment = i
    while i < len(tokens) and tokens[i].text not in ("{", ";"):
        i += 1
    if i >= len(tokens) or tokens[i].text == ";":
        return
    if not any(token.text == "=" for token in tokens[after_comment:i]):
        return
    end, before, row = skip_group(tokens, i), None, []
    j = i + 1
    while j < end:
        after = skip_group(tokens, j) if tokens[j].text in ("{", "(", "[") else j + 1
        if tokens[j].text == "," or j == end - 1:
            key = row_key(row)
            if key is not None and before is not None and key.encode() <= before.encode():
                yield name, row[0].line, f'"{key}" stands after "{before}" in a sorted table'
            before, row = key if key is not None else before, []
        else:
            row += tokens[j:after]
        j = after


def row_key(row):
    row = [token for token in row if token.kind not in ("comment", "directive")]
    strings = [token for token in row if token.kind == "string"]
    words = [token for token in row if token.kind == "word"]
    if strings:
        return strings[0].text[1:-1]
    return words[0].text if words else None


def pages_of(tree):
    """Pages of checks: checks/<service>/<condition>.md, whose id is both joined."""
    for name in tree.names:
        parts = name.split("/")
        if len(parts) == 3 and parts[0] == "checks" and name.endswith(".md") and parts[1] not in ("views", "frameworks"):
            yield name, f"{parts[1]}_{parts[2][:-3]}"


def rule_pages(tree):
    views = [(name, None) for name in tree.names if name.startswith("checks/views/") and name.endswith(".md")]
    for name, ident in list(pages_of(tree)) + views:
        text = tree.text(name)
        if ident and not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", ident):
            yield name, 1, f"{ident} is no id: words in lower case, underscores between"
        if ident and not text.startswith("---\n"):
            yield name, 1, "the front matter is missing"
        if not re.search(r"^# \S", text, re.MULTILINE):
            yield name, 1, "the title is missing"
        if not re.search(r"^```sql$", text, re.MULTILINE):
            yield name, 1, "the query is missing"
        examples = re.search(r"^## Examples$(.*)", text, re.MULTILINE | re.DOTALL)
        if not examples or len(re.findall(r"^\|", examples[1], re.MULTILINE)) < 3:
            yield name, 1, "the examples are missing"


def rule_frameworks(tree):
    known = {ident for _, ident in pages_of(tree)}
    for name in tree.names:
        if not name.startswith("checks/frameworks/") or not name.endswith(".md"):
            continue
        column, found = None, False
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            if not line.startswith("|"):
                column = None
                continue
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            if column is None:
                column = next((i for i, cell in enumerate(cells) if cell.lower() in ("check", "checks")), -1)
                found = found or column >= 0
                continue
            if column < 0 or column >= len(cells) or re.fullmatch(r"[-: ]*", cells[column]):
                continue
            for ident in cells[column].split(","):
                words = ident.replace("`", "").split()
                if words and words[0] not in known:
                    yield name, number, f"there is no check {words[0]}"
        if not found:
            yield name, 1, "there is no table with a column `checks`"


def private_patterns():
    """Written in parts, so that this file does not hold what it looks for."""
    hosts = ["pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "repo1.ma" + "ven", "crates" + ".io",
             "deb.deb" + "ian.org", "proxy.go" + "lang"]
    return [
        ("a path of one machine", re.compile(r"(?<![\w.~$}])/(?:root|ho" + r"me/\w+|wo" + r"rk/(?:main|shared))/")),
        ("a registry's host", re.compile("|".join(map(re.escape, hosts)))),
        ("a secret", re.compile(r"\b(?:AK" + r"IA|AS" + r"IA)(?![A-Z0-9]*EXAMPLE)[A-Z2-7]{16}\b")),
        ("a secret", re.compile(r"\bgh[pousr]" + r"_[A-Za-z0-9]{36}\b|\bxox[baprs]" + r"-\d{8,}")),
        ("a secret", re.compile("-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----\\?n?\s*[A-Za-z0-9+/]{40}")),
    ]


def rule_private(tree):
    patterns = private_patterns()
    for name in tree.names:
        folder = folder_of(name)
        if (tree.root / name).stat().st_size > 4 << 20 or b"\0" in (tree.root / name).read_bytes()[:4096]:
            continue
        for what, pattern in patterns:
            # What tests plant is made up.
            if what != "a registry's host" and folder in ("fixtures", "tests"):
                continue
            for match in pattern.finditer(tree.text(name)):
                line = tree.text(name).count("\n", 0, match.start()) + 1
                yield name, line, f"it holds {what}"


PIN_COLUMNS = ["library", "package", "version", "file", "sha256", "licence", "lacks"]


def rule_pins(tree):
    """deps/sources.tsv: what a release is made of, sorted, each row whole."""
    name = "deps/sources.tsv"
    if name not in tree.names:
        return
    rows = [line.split("\t") for line in tree.text(name).splitlines()]
    if rows[:1] != [PIN_COLUMNS]:
        yield name, 1, f"its columns must be {' '.join(PIN_COLUMNS)}"
    before = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(PIN_COLUMNS) or not all(row[:6]):
            yield name, number, "a column is missing"
            continue
        if not re.fullmatch(r"[0-9a-f]{64}", row[4]):
            yield name, number, f"{row[4]} is no SHA-256"
        if [row[0], row[3]] <= before:
            yield name, number, f"{row[3]} stands after {before[1]}, unsorted"
        before = [row[0], row[3]]


RULES = {
    "arrows": rule_arrows,
    "calls": rule_calls,
    "first_line": rule_first_line,
    "frameworks": rule_frameworks,
    "headers": rule_headers,
    "names": rule_names,
    "pages": rule_pages,
    "pins": rule_pins,
    "private": rule_private,
    "sizes": rule_sizes,
    "sorted": rule_sorted,
}


# ---- Each rule must fail on what breaks it, and on nothing else

GOOD_PAGE = """---
severity: low
resource: s3_bucket
---
# It is so

```sql
SELECT 1
```

## Examples
| case | name | verdict |
|------|------|---------|
| a    | b    | pass    |
"""

PINS = "".join("\t".join(row) + "\n" for row in (
    PIN_COLUMNS, ["b", "b", "1", "b.tar", "1" * 64, "MIT", ""], ["c", "c", "1", "c.tar", "0" * 64, "MIT", "its patches"]))

GOOD = {
    "base/base.h": "/* base: below all. */\n\n#include <stddef.h>\n\nint base_run(size_t count);\n",
    "base/run.c": '/* Runs. */\n\n#include "base/base.h"\n\nstatic const char *const names[] = { "}", "{" };\n\n'
                  'int\nbase_run(size_t count)\n{\n\tif (count) {\n\t\tfor (;;)\n\t\t\twhile (count--)\n'
                  '\t\t\t\tif (names[0])\n\t\t\t\t\treturn 1;\n'
                  '\t} else if (!count) {\n\t\treturn 2;\n\t}\n\treturn 0;\n}\n',
    "store/store.h": "/* store: the evidence. */\n" + "\n" * 240,
    "store/list.c": '/* A list. */\n\n#include "base/base.h"\n#include "store/store.h"\n\n'
                    '/* sorted */\nstatic const char *const list[] = { "a", "b", /* sprintf( */ "c" };\n'
                    'int list_get(int i);\nint\nlist_get(int i)\n{\n\treturn list[i][0];\n}\n',
    "scanners/scanners.h": "/* scanners: collect. */\n",
    "scanners/s3.c": "/* S3. */\n\n" + "static const int x;\n" * 600,
    "checks/s3/is_so.md": GOOD_PAGE,
    "checks/frameworks/own.md": "# Own\n\n| control | title | checks |\n|---|---|---|\n| 1 | one | s3_is_so full |\n| 2 | two | |\n",
    "deps/sources.tsv": PINS,
    "README.md": "Read me. The key AKIA" + "IOSFODNN7EXAMPLE is AWS's own example.\n",
}


def deep(levels):
    return "".join("\t" * (i + 1) + "if (x)\n" for i in range(levels)) + "\treturn 1;\n"


# Rule, file, what it holds, what the message says.
BAD = [
    ("arrows", "base/a.c", '/* A. */\n#include "store/store.h"\n', "must not include store"),
    ("arrows", "store/a.c", '/* A. */\n#include "scanners/scanners.h"\n', "must not include scanners"),
    ("arrows", "store/a.c", '/* A. */\n#include "store.h"\n', "named from the root"),
    ("arrows", "store/a.c", '/* A. */\n#  include "base/gone.h"\n', "named from the root"),
    ("arrows", "scanners/a.c", '/* A. */\n#include "store/inner.h"\n', "private to store"),
    ("calls", "base/a.c", "/* A. */\nint f(char *s);\nint f(char *s) { return atoi (s); }\n", "atoi is banned"),
    ("calls", "base/a.c", "/* A. */\ntypedef int number;\n", "no typedef"),
    ("first_line", "base/a.c", "#include <stdio.h>\n", "first line"),
    ("first_line", "base/a.h", "\n/* A. */\n", "first line"),
    ("frameworks", "checks/frameworks/a.md", "# A\n\n| control | checks |\n|---|---|\n| 1 | s3_is_so full, s3_gone partial |\n", "no check s3_gone"),
    ("frameworks", "checks/frameworks/a.md", "# A\n", "column `checks`"),
    ("headers", "base/base.h", "/* A. */\n" + "\n" * 200, "at most 200 lines"),
    ("headers", "store/store.h", "/* A. */\n" + "\n" * 250, "at most 250 lines"),
    ("headers", "base/base.h", "/* A. */\nint f(struct nothing *x);\nsize_t g(void);\n", "compile alone"),
    ("headers", "report/a.c", "/* A. */\n", "public header report/report.h is missing"),
    ("names", "base/text_utils.c", "/* A. */\n", "named for what it does"),
    ("names", "tools/helper.py", "", "named for what it does"),
    ("names", "base/a.c", "/* A. */\nint read_data(void);\nint\nread_data(void)\n{\n\treturn 0;\n}\n", "read_data: none of"),
    ("names", "base/a.c", "/* A. */\nint readIt(void);\nint readIt(void) { return 0; }\n", "words_like_this"),
    ("pages", "checks/s3/a.md", GOOD_PAGE[:GOOD_PAGE.index("| a ")], "examples are missing"),
    ("pages", "checks/s3/a.md", GOOD_PAGE.replace("## Examples", "## Example"), "examples are missing"),
    ("pages", "checks/s3/a.md", GOOD_PAGE[4:], "front matter"),
    ("pages", "checks/s3/a.md", GOOD_PAGE.replace("```sql", "```"), "query is missing"),
    ("pages", "checks/s3/a.md", GOOD_PAGE.replace("# It is so", ""), "title is missing"),
    ("pages", "checks/s3/Big.md", GOOD_PAGE, "is no id"),
    ("pages", "checks/views/a.md", "# A\n", "query is missing"),
    ("private", "README.md", "see /ho" + "me/ann/notes\n", "path of one machine"),
    ("private", "zigw", "cd /ro" + "ot/x\n", "path of one machine"),
    ("private", "zigw", "pip install -i https://pypi" + ".org/simple x\n", "registry's host"),
    ("private", "README.md", "AKIA" + "Z7QXPL2MNB4KTRWD\n", "holds a secret"),
    ("pins", "deps/sources.tsv", PINS.replace("\tsha256", ""), "its columns must be"),
    ("pins", "deps/sources.tsv", PINS.replace("\tMIT\t", "\t"), "a column is missing"),
    ("pins", "deps/sources.tsv", PINS.replace("0" * 64, "0" * 63), "is no SHA-256"),
    ("pins", "deps/sources.tsv", PINS.replace("c\tc\t1\tc.tar", "a\ta\t1\ta.tar"), "unsorted"),
    ("private", "base/a.c", '/* A. */\nstatic const char *x = "-----BEGIN RSA PRIVATE' + " KEY-----\\n" + "Q" * 48 + '";\n', "holds a secret"),
    ("private", "README.md", "ghp" + "_" + "a" * 36 + "\n", "holds a secret"),
    ("sizes", "base/a.c", "/* A. */\n" + "\n" * 500, "501 lines"),
    ("sizes", "base/a.c", "/* A. */\nint\nf(void)\n{\n" + "\tf();\n" * 58 + "}\n", "f has 61 lines"),
    ("sizes", "scanners/a.c", "/* A. */\nint\nf(void)\n{\n" + "\tf();\n" * 600 + "}\n", "603 lines"),
    ("sizes", "base/a.c", "/* A. */\nint\nf(int x)\n{\n" + deep(5) + "\treturn 0;\n}\n", "f is 5 levels deep"),
    ("sizes", "base/a.c", "/* A. */\nint\nf(int x)\n{\n\tswitch (x) {\n\tcase 1:\n\t\tdo {\n\t\t\teach_foreach(x, y)\n"
     "\t\t\t\tif (x) { ; } else { while (x) { x--; } }\n\t\t} while (x);\n\t}\n}\n", "f is 5 levels deep"),
    ("sorted", "base/a.c", '/* A. */\n/* sorted */\nstatic const char *a[] = {\n\t"a",\n\t"c",\n\t"b",\n};\n', '"b" stands after "c"'),
    ("sorted", "base/a.c", '/* A. */\n/* Sorted by name. */\nstatic const struct x a[2] = { { .n = "b" }, { .n = "a", .m = "z" } };\n', '"a" stands after "b"'),
    ("sorted", "base/a.c", '/* A. */\n/* sorted */\nstatic const char *a[] = { "a", "a" };\n', '"a" stands after "a"'),
    ("sorted", "base/a.c", "/* A. */\n/* sorted */\nstatic const struct x *const a[] = { &x_b, &x_a };\n", '"x_a" stands after'),
]


def build_sample(folder, files):
    for name, text in files.items():
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def self_test():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        build_sample(folder, GOOD)
        for rule, check in RULES.items():
            troubles = list(check(Tree(folder)))
            failures += tell(f"self-test/{rule}/good", [f"{name}:{line}: {text}" for name, line, text in troubles])
    for number, (rule, name, text, wanted) in enumerate(BAD):
        with tempfile.TemporaryDirectory() as folder:
            build_sample(folder, {**GOOD, "store/inner.h": "/* Inner. */\n", name: text})
            found = [message for where, _, message in RULES[rule](Tree(folder)) if where == name or where == folder_of(name)]
            missed = [] if any(wanted in message for message in found) else [f"{name}: wanted \"{wanted}\", found {found}"]
            failures += tell(f"self-test/{rule}/bad{number}", missed)
    return failures


def tell(name, troubles):
    for trouble in troubles:
        print(f"# {trouble}")
    if troubles:
        print(f"not ok lint/{name}: {len(troubles)} places, the first {troubles[0]}")
    else:
        print(f"ok lint/{name}")
    return bool(troubles)


def report_format(tree):
    changed = 0
    for name in tree.source():
        result = subprocess.run(["clang-format", "--dry-run", "-Werror", name], cwd=tree.root, capture_output=True)
        if result.returncode != 0:
            changed += 1
            print(f"# {name}: clang-format would change it")
    print(f"# clang-format would change {changed} files")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=HERE)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--format", action="store_true")
    options = parser.parse_args()
    failures = self_test() if options.self_test else 0
    tree = Tree(options.root)
    for rule, check in RULES.items():
        failures += tell(rule, [f"{name}:{line}: {text}" for name, line, text in check(tree)])
    if options.format:
        report_format(tree)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
