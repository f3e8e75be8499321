#!/usr/bin/env python3
"""Runs the programs of a step (test, judge, bench, fuzz), two at a time, and tallies what they print.

A program prints "ok NAME" or "not ok NAME: why" a line for each test and exits with another status than 0 where
one failed; "not run NAME: why", where this machine lacks what a test takes, is told and is neither. It finds in
the environment:
  PLUMBLINE         the binary
  PLUMBLINE_SHARED  the folder of outside vectors (../shared)
  PLUMBLINE_WORK    an empty folder that the programs of one run share (a recording of live_* is read by proof_*)
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = {
    "test": ["clang", "chromium", "shellcheck"],
    "judge": ["clang", "chromium", "shellcheck", "node", "npm", "java", "debootstrap", "dpkg-deb", "file", "lintian", "man", "openssl",
              "qemu-aarch64-static", "readelf", "skopeo"],
    "bench": [],
    "fuzz": ["clang"],
}
# Which programs of tests/tool_*.c a module wants as arguments.
ARGUMENTS = {
    "bench": ["tool_bench"],
    "live_decode": ["tool_wire"],
}
LINE = re.compile(r"^(not ok|not run|ok) +([^:]+?)(?:: (.*))?$")


class Program:
    def __init__(self, name, command, seconds, rank=0, whole=False, environment=None):
        self.name = name
        self.command = [str(word) for word in command]
        self.seconds = seconds  # it has so long
        self.rank = rank  # those of a lower rank end first
        self.whole = whole  # it is one test itself, judged by its status
        self.environment = environment or {}
        self.passed, self.failed, self.left_out = 0, [], []
        self.output = ""
        self.took = 0.0


def modules(*patterns):
    return sorted(path for pattern in patterns for path in (ROOT / "tests").glob(pattern))


def module(path, options):
    tools = {pathlib.Path(tool).name: tool for tool in options.tool}
    return [sys.executable, path] + [tools.get(name, f"there is no {name}") for name in ARGUMENTS.get(path.stem, [])]


def programs_of(step, options):
    if step == "test":
        yield Program("unit-asan", [options.unit_asan], 600, environment={"ASAN_OPTIONS": "detect_leaks=1"})
        for path in modules("live_*.py"):
            yield Program(path.stem, module(path, options), 800)
        yield Program("unit", [options.unit], 600)
        yield Program("lint", [sys.executable, ROOT / "tests/lint.py", "--self-test"], 300)
        yield Program("pages", [options.binary, "checks", "test"], 300, whole=True)
        for path in modules("end_*.py"):
            yield Program(path.stem, module(path, options), 600)
        for path in modules("proof_*.py"):
            yield Program(path.stem, module(path, options), 800, rank=1)
    elif step == "judge":
        for path in modules("judge_*.py"):
            yield Program(path.stem, module(path, options), 7200)
    elif step == "bench":
        for path in modules("bench.py"):
            yield Program(path.stem, module(path, options), 3600)
    elif step == "fuzz":
        for binary in options.fuzzer:
            yield fuzz_program(binary)


def fuzz_program(binary):
    """The corpus grows from run to run; seeds that are committed stand in tests/corpus/NAME."""
    name = pathlib.Path(binary).name
    found = ROOT / ".zig-cache/plumbline/corpus" / name
    found.mkdir(parents=True, exist_ok=True)
    command = [binary, "-max_total_time=60", "-timeout=10", "-rss_limit_mb=2048", f"-artifact_prefix={found}/", found]
    seeds = ROOT / "tests/corpus" / name
    if seeds.is_dir():
        command.append(seeds)
    return Program(name, command, 300, whole=True)


class Runner:
    def __init__(self, environment, verbose):
        self.environment = environment
        self.verbose = verbose
        self.lock = threading.Lock()
        self.children = set()

    def run(self, program):
        started = time.monotonic()
        try:
            child = subprocess.Popen(
                program.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, env={**self.environment, **program.environment},
                start_new_session=True)
        except OSError as error:
            program.failed.append(f"{program.name}: could not be started: {error}")
            self.tell(program)
            return
        self.children.add(child)
        late = False
        try:
            output, _ = child.communicate(timeout=program.seconds)
        except subprocess.TimeoutExpired:
            late = True
            self.end(child)
            output, _ = child.communicate()
        self.end(child)  # what it left running
        self.children.discard(child)
        program.output = output.decode("utf-8", "replace")
        program.took = time.monotonic() - started
        self.tally(program, child.returncode, late)
        self.tell(program)

    @staticmethod
    def end(child):
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    @staticmethod
    def tally(program, status, late):
        for line in program.output.splitlines():
            match = LINE.match(line)
            if not match:
                continue
            if match[1] == "ok":
                program.passed += 1
            elif match[1] == "not run":
                program.left_out.append(f"{program.name}: {match[2]}: {match[3] or ''}")
            else:
                program.failed.append(f"{program.name}: {match[2]}: {match[3] or ''}")
        if late:
            program.failed.append(f"{program.name}: not done after {program.seconds} seconds")
        elif program.whole and status == 0:
            program.passed += 1
        elif status != 0 and not program.failed:
            program.failed.append(f"{program.name}: ended with status {status}" +
                                  (f" after {program.passed} tests passed" if program.passed else ""))
        elif program.passed + len(program.failed) == 0:
            program.failed.append(f"{program.name}: it ran no test")

    def tell(self, program):
        with self.lock:
            print(f"{program.name}: {program.passed} passed, {len(program.failed)} failed, "
                  f"{program.took:.1f} s", flush=True)
            if program.failed or self.verbose:
                for line in program.output.splitlines()[-2000 if self.verbose else -200:]:
                    if self.verbose or not line.startswith("ok "):
                        print(f"    {line}")
                sys.stdout.flush()


def run_all(programs, runner):
    for rank in sorted({program.rank for program in programs}):
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            futures = [pool.submit(runner.run, program) for program in programs if program.rank == rank]
            for future in futures:
                future.result()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=sorted(TOOLS))
    parser.add_argument("--binary", required=True)
    parser.add_argument("--unit")
    parser.add_argument("--unit-asan")
    parser.add_argument("--tool", action="append", default=[], help="a program made from tests/tool_*.c")
    parser.add_argument("--fuzzer", action="append", default=[])
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--only", action="append", help="run only the program of this name")
    options = parser.parse_args()
    for name in ("binary", "unit", "unit_asan"):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    options.tool = [os.path.abspath(path) for path in options.tool]
    options.fuzzer = [os.path.abspath(path) for path in options.fuzzer]

    missing = [tool for tool in TOOLS[options.step] if not shutil.which(tool)]
    if missing:
        print(f"these tools are missing: {' '.join(missing)}; run the step by ./zigw, which installs them")
        print("0 passed, 1 failed")
        return 1
    programs = list(programs_of(options.step, options))
    if options.only:
        programs = [program for program in programs if program.name in options.only]
    if not programs:
        print(f"there is nothing to run for {options.step}")
        print("0 passed, 1 failed")
        return 1
    work = ROOT / ".zig-cache/plumbline" / f"work-{options.step}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment.update(PLUMBLINE=options.binary, PLUMBLINE_WORK=str(work), PYTHONDONTWRITEBYTECODE="1")
    environment.setdefault("PLUMBLINE_SHARED", str(ROOT.parent / "shared"))
    # The commands of the environment (moto_server, aws, cfn-lint) are found by name.
    environment["PATH"] = os.pathsep.join([str(pathlib.Path(sys.executable).parent), environment.get("PATH", "")])
    runner = Runner(environment, options.verbose)
    started = time.monotonic()
    try:
        run_all(programs, runner)
    finally:
        for child in list(runner.children):
            runner.end(child)
    failed = [line for program in programs for line in program.failed]
    left_out = [line for program in programs for line in program.left_out]
    for line in left_out:
        print(f"NOT RUN {line}")
    for line in failed:
        print(f"FAILED {line}")
    print(f"{options.step} took {time.monotonic() - started:.0f} s")
    print(f"{sum(program.passed for program in programs)} passed, {len(failed)} failed" +
          (f", {len(left_out)} skipped" if left_out else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
