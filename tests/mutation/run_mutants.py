#!/usr/bin/env python3
"""Runs tests on every mutant and reports what survives.

  run_mutants.py CAMPAIGN.yaml MUTANTS.json BINARIES [--equivalent FILE] [--results FILE] [--jobs N]
                 [--group NAME]... [--module NAME]... [--every N] [--minimum PERCENT]

CAMPAIGN.yaml lists the tests, by group of mutants, in the order that they run: `test` is a program of BINARIES, `filter`
GoogleTest's pattern, `environment` more of its environment. A mutant is killed when a test fails, dies or does not end in
time (of the processor, so that a busy machine kills none; or in ten times that on the clock); the tests behind that do not run. Without a mutant all tests must pass. Tests that tell which mutants they ran
(AUKLET_MUTANTS_REACHED) run on those alone.

The file of equivalents lists mutants that no test can kill, each with its reason: by `module`, by `what` the mutant is and,
where that is not unique, by `line` and `column`, or by the place `at` that Yosys gives; a killed one among them is an error.
Score: killed of all that are not equivalent.
Exit code 1 when that is below --minimum in any group.
"""
import argparse
import collections
import concurrent.futures
import json
import math
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

import yaml

MEMORY = 8 << 30  # bytes that a test may use
PATIENCE = 10  # seconds on the clock for one of processor time: a test may wait for ever, too


def processor_seconds() -> float:
    """What the processes that have ended took."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Test:
    """A program with a filter, and how long it takes without a mutant."""

    def __init__(self, entry: dict, binaries: pathlib.Path):
        self.program = binaries / entry["test"]
        self.filter = entry.get("filter", "*")
        self.environment = {key: str(value) for key, value in entry.get("environment", {}).items()}
        self.name = entry["test"]
        self.seconds = 120  # of processor time
        self.reached = None  # numbers of the mutants that it runs; None when it does not tell

    def run(self, number: int, extra: dict | None = None) -> str:
        """What is wrong; empty when nothing is."""
        environment = {**os.environ, **self.environment, **(extra or {}), "AUKLET_MUTANT": str(number)}
        command = [self.program, f"--gtest_filter={self.filter}", "--gtest_fail_fast", "--gtest_color=no"]
        late = f"{self.name}: no end within {self.seconds} s of processor time"
        with tempfile.TemporaryDirectory() as folder:
            with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True, errors="replace", start_new_session=True, preexec_fn=self.limit) as process:
                try:
                    output = process.communicate(timeout=PATIENCE * self.seconds)[0]
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    return f"{late}, nor {PATIENCE} times that on the clock"
        if process.returncode == -signal.SIGXCPU:
            return late
        if process.returncode == 0:
            return ""
        failed = re.search(r"^\[  FAILED  \] (\S+?),? ", output, re.M)
        running = re.findall(r"^\[ RUN      \] (\S+)", output, re.M)
        return f"{self.name}: {failed[1] if failed else f'{running[-1] if running else str()} ended with {process.returncode}'}"

    def limit(self) -> None:
        """In the test's process, before it starts."""
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (self.seconds, self.seconds + 5))

    def calibrate(self) -> None:
        """Runs it without a mutant: it must pass, and what it took bounds the runs with one."""
        with tempfile.TemporaryDirectory() as folder:
            reached = pathlib.Path(folder) / "reached"
            start = processor_seconds()
            wrong = self.run(0, {"AUKLET_MUTANTS_REACHED": str(reached)})
            if wrong:
                sys.exit(f"run_mutants.py: fails without a mutant: {wrong}")
            self.seconds = 5 + math.ceil(4 * (processor_seconds() - start))
            if reached.is_file():
                self.reached = {int(line) for line in reached.read_text(encoding="utf-8").split()}


def try_mutant(mutant: dict, tests: list) -> dict:
    """The mutant with its killer, or with none."""
    start = time.monotonic()
    killer, reached = "", False
    for test in tests:
        if test.reached is not None and mutant["number"] not in test.reached:
            continue
        reached = True
        killer = test.run(mutant["number"])
        if killer:
            break
    return {**mutant, "killer": killer, "reached": reached, "seconds": round(time.monotonic() - start, 2)}


def reason_of(mutant: dict, equivalents: list) -> str:
    """Why no test can kill a mutant; empty when nobody says so."""
    for entry in equivalents:
        if entry["module"] == mutant["module"] and entry["what"] == mutant["what"] and \
                all(entry.get(key, mutant.get(key)) == mutant.get(key) for key in ("line", "column")) and \
                ("at" not in entry or entry["at"] == mutant["lines"][-1]):
            return entry["reason"]
    return ""


def report(results: list, equivalents: list) -> tuple:
    """Prints a table, what survived and what is wrong with the list; (the lowest score of a group, errors)."""
    errors, counts = 0, collections.defaultdict(collections.Counter)
    for result in results:
        reason = reason_of(result, equivalents)
        state = "killed" if result["killer"] else "equivalent" if reason else "survived"
        for row in (("", result["module"]), (result["group"], "")):
            counts[row][state] += 1
        if result["killer"] and reason:
            print(f"listed as equivalent, but killed by {result['killer']}: {result['module']}: {result['what']}")
            errors += 1
        if state == "survived":
            print(f"survived{'' if result['reached'] else ' (never ran)'}: {result['number']} {result['module']}"
                  f"{':' + str(result['line']) if 'line' in result else ''}: {result['what']}")
    lowest = 100.0
    print(f"{'':44} {'mutants':>8} {'killed':>8} {'equivalent':>10} {'survived':>9} {'score':>8}")
    for (group, module), count in sorted(counts.items()):
        killed, mutants = count["killed"], sum(count.values())
        score = 100.0 * killed / max(1, mutants - count["equivalent"])
        if group:
            lowest = min(lowest, score)
        print(f"{module or 'group ' + group:44} {mutants:8} {killed:8} {count['equivalent']:10} {count['survived']:9} {score:6.1f} %")
    return lowest, errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("campaign", type=pathlib.Path)
    parser.add_argument("mutants", type=pathlib.Path)
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--equivalent", type=pathlib.Path)
    parser.add_argument("--results", type=pathlib.Path, help="file for what happened to each mutant")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--group", action="append", help="only mutants of this group")
    parser.add_argument("--module", action="append", help="only mutants of this module or file")
    parser.add_argument("--number", action="append", type=int, help="only this mutant")
    parser.add_argument("--every", type=int, default=1, help="only each Nth mutant")
    parser.add_argument("--minimum", type=float, default=0, help="lowest score in percent")
    arguments = parser.parse_args()
    start = time.monotonic()
    mutants = [m for m in json.loads(arguments.mutants.read_text(encoding="utf-8"))
               if (not arguments.group or m["group"] in arguments.group)
               and (not arguments.module or m["module"] in arguments.module)
               and (not arguments.number or m["number"] in arguments.number)][::arguments.every]
    if not mutants:
        sys.exit("run_mutants.py: no such mutants")
    campaign = yaml.safe_load(arguments.campaign.read_text(encoding="utf-8"))
    tests = {group: [Test(entry, arguments.binaries.resolve()) for entry in campaign[group]]
             for group in {m["group"] for m in mutants}}
    for test in (test for group in tests.values() for test in group):
        test.calibrate()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda mutant: try_mutant(mutant, tests[mutant["group"]]), mutants))
    if arguments.results:
        arguments.results.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    equivalents = yaml.safe_load(arguments.equivalent.read_text(encoding="utf-8")) if arguments.equivalent else []
    lowest, errors = report(results, equivalents)
    print(f"{len(results)} mutants in {time.monotonic() - start:.0f} s")
    sys.exit(1 if errors or lowest < arguments.minimum else 0)


if __name__ == "__main__":
    main()
