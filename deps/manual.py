"""The page of the manual, made of what the program says of itself: `plumbline help`, and `help COMMAND` for each.

What it says comes from the table of commands and their tables of options (base/options.c prints it), so nothing is
written twice.
"""

import re
import subprocess
import time


class Fault(Exception):
    """What went wrong, and what to do."""


def ask(binary, *words):
    done = subprocess.run([binary, "help", *words], env={}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, encoding="utf-8", timeout=60)
    if done.returncode != 0 or not done.stdout:
        raise Fault(f"{binary} help {' '.join(words)} ended with status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def escape(text):
    """Signs that roff would take for its own, and those that are not ASCII."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    text = "".join(char if ord(char) < 128 else "\\[u%04X]" % ord(char) for char in text)
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def paragraphs(text):
    """Flowing text; lines with columns in them stand as they are."""
    for block in re.split(r"\n{2,}", text.strip("\n")):
        if re.search(r"^ |\S {2,}\S", block, re.MULTILINE):
            yield ".PP\n.nf\n" + escape(block) + "\n.fi\n"
        elif block:
            yield ".PP\n" + escape(" ".join(block.split("\n"))) + "\n"


def rows(text):
    """Rows of "  LEFT   what it is", the second column on lines of its own where the first is long."""
    left, right = "", []
    for line in text.split("\n"):
        match = re.match(r"  (\S.*?)(?: {2,}(\S.*))?$", line)
        if match:
            if left:
                yield left, " ".join(right)
            left, right = match[1], [match[2]] if match[2] else []
        elif line.strip():
            right.append(line.strip())
    if left:
        yield left, " ".join(right)


def command(binary, name):
    text = ask(binary, name)
    head, _, rest = text.partition("\n\n")
    usage, _, rest = rest.partition("\n")
    if not head.startswith(f"plumbline {name}: ") or not usage.startswith("Usage: "):
        raise Fault(f"plumbline help {name} has another form than deps/manual.py reads")
    out = [f".SS {escape(usage.removeprefix('Usage: '))}\n", escape(head.partition(": ")[2]).capitalize() + ".\n"]
    sections = re.split(r"^(Arguments|Options|Examples):\n", rest, flags=re.MULTILINE)
    out += paragraphs(sections[0])
    for title, body in zip(sections[1::2], sections[2::2]):
        if title == "Examples":
            out.append(".PP\nExamples:\n.PP\n.nf\n.RS\n" + escape(re.sub(r"^ +", "", body.strip("\n"), flags=re.MULTILINE)) + "\n.RE\n.fi\n")
            continue
        for left, right in rows(body):
            out.append(f".TP\n.B {escape(left)}\n{escape(right)}\n")
    return "".join(out)


def page(binary, version, epoch):
    text = ask(binary)
    about, _, rest = text.partition("\nusage: ")
    listed, _, after = rest.partition("\nFirst:")
    names = [row for row in rows(listed.partition("\n")[2])]
    if not names or not about:
        raise Fault("plumbline help has another form than deps/manual.py reads")
    day = time.strftime("%Y-%m-%d", time.gmtime(epoch))
    out = [f'.TH PLUMBLINE 1 "{day}" "plumbline {escape(version)}" "User Commands"\n',
           ".SH NAME\nplumbline \\- assesses an AWS account read\\-only against security checks\n",
           ".SH SYNOPSIS\n.B plumbline\n.I COMMAND\n[\\fIOPTION\\fR ...]\n",
           ".SH DESCRIPTION\n", *list(paragraphs(about)), ".PP\nTo begin with:\n.PP\n.nf\n.RS\n",
           escape(("First:" + after).split("\n\n")[0]), "\n.RE\n.fi\n",
           ".SH COMMANDS\n"]
    return "".join(out + [command(binary, name) for name, _ in names])
