#!/usr/bin/env python3
"""Coverage of the RTL: runs a coverage build's tests on it, and reports lines, branches, toggles and cover properties.

  rtl_coverage.py run BUILD FOLDER [--jobs N] [--only PATTERN]   tests on the RTL; FOLDER gets their counters
  rtl_coverage.py report FOLDER... [--html FOLDER] [--waivers FILE] [--missing]

A point is a line, a branch (one way through an `if` or `case`), a bit of a signal, or a cover property. It counts once
for all instances of its module and all configurations. A bit is met when it rose and fell. What cannot be met is waived
in tests/coverage/waivers.yaml, with a reason. Exit code 1: below a bar, a cover that was not met, a waiver of no use.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import jinja2
import yaml

TOP = pathlib.Path(__file__).resolve().parent.parent
BARS = {"line": 98.0, "branch": 98.0, "toggle": 90.0, "cover": 100.0}
KINDS = tuple(BARS)
# Verilator's pages; the counters of blocks and branches both say which lines they stand for.
PAGES = {"v_line": "line", "v_branch": "branch", "v_toggle": "toggle", "v_user": "cover"}
# More than this part of a file's points of one kind may not be waived by one entry.
LARGEST_WAIVER = 0.5


class Failure(Exception):
    """Something is not as it should be; the text says what."""


# ---- running ----

def test_groups(build: pathlib.Path, only: str) -> dict:
    """Environment and names of the cases to run, by executable: one process is cheaper than one a case."""
    command = ["ctest", "--test-dir", build, "--show-only=json-v1", "-L", "cosim|conformance", "-LE", "campaign"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    groups = {}
    for test in json.loads(output)["tests"]:
        # A preset may build some of the executables only; the others have no command.
        program = test.get("command", [""])[0]
        if not os.access(program, os.X_OK) or not re.search(only, program):
            continue
        environment, cases = groups.setdefault(program, ({}, []))
        for entry in test["properties"]:
            if entry["name"] == "ENVIRONMENT":
                environment.update(variable.split("=", 1) for variable in entry["value"])
        cases += [a.split("=", 1)[1] for a in test["command"] if a.startswith("--gtest_filter=")]
    if not groups:
        raise Failure(f"{build} has no tests on the RTL")
    return groups


def run_shard(program: str, environment: dict, cases: list, shard: int, shards: int, folder: pathlib.Path) -> tuple:
    """Runs every shards-th case of a program; its name, exit code and seconds."""
    name = f"{pathlib.Path(program).name}-{shard}"
    variables = os.environ | environment | {
        "GTEST_FILTER": ":".join(cases), "GTEST_TOTAL_SHARDS": str(shards), "GTEST_SHARD_INDEX": str(shard),
        "AUKLET_RTL_COVERAGE": str(folder)}
    start = time.monotonic()
    with open(folder / f"{name}.log", "w", encoding="utf-8") as log:
        code = subprocess.run([program], env=variables, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    return name, code, time.monotonic() - start


def run(build: pathlib.Path, folder: pathlib.Path, jobs: int, only: str) -> None:
    """Runs the tests and merges what their processes wrote into FOLDER/merged.dat."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("*.dat"), *folder.glob("*.log")]:
        old.unlink()
    groups = test_groups(build, only)
    failed = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = [pool.submit(run_shard, program, environment, cases, shard, jobs, folder.resolve())
                for program, (environment, cases) in groups.items() for shard in range(jobs)]
        for done in concurrent.futures.as_completed(runs):
            name, code, seconds = done.result()
            print(f"  {name}: {'passed' if code == 0 else f'exit code {code}'}, {seconds:.0f} s", flush=True)
            if code != 0:
                failed.append(name)
    written = sorted(folder.glob("*-*.dat"))
    if not written:
        raise Failure("no test wrote counters: is AUKLET_RTL_COVERAGE on in this build?")
    subprocess.run(["verilator_coverage", "--write", folder / "merged.dat", *written], check=True,
                   stdout=subprocess.DEVNULL)
    for file in written:
        file.unlink()
    if failed:
        raise Failure(f"failed: {', '.join(sorted(failed))}; see their .log in {folder}")


# ---- reading ----

@dataclasses.dataclass
class Point:
    """Something to be met. `what`: the bit of a signal, the way of a branch, the name of a cover."""
    kind: str
    file: str
    line: int
    what: str
    count: int = 0
    waiver: int | None = None

    @property
    def met(self) -> bool:
        return self.count >= (2 if self.kind == "toggle" else 1)


def numbers(ranges: str) -> list:
    """Line numbers of text like 3,5-7."""
    result = []
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        result += range(int(first), int(last or first) + 1)
    return result


def read_points(dats: list) -> list:
    """Points of files of verilator_coverage, instances and configurations added up."""
    points = {}
    records = [(dat, record) for dat in dats for record in dat.read_text(encoding="utf-8").splitlines()]
    toggles = {dat for dat, record in records if "\2v_toggle/" in record}
    for dat, record in records:
        match = re.fullmatch(r"C '(.*)' (\d+)", record)
        if not match:
            continue
        fields = dict(field.split("\2", 1) for field in match[1].split("\1") if "\2" in field)
        kind = PAGES[fields["page"].split("/")[0]]
        count, file, line = int(match[2]), fields["f"], int(fields["l"])
        if kind != "toggle" and dat in toggles:
            continue  # They are counted in pairs; another build counts the rest.
        if kind != "cover" and not file.startswith("rtl/"):
            continue
        found = [(kind, line, fields["o"])] if kind != "line" else []
        if kind in ("line", "branch") and fields.get("S"):
            found += [("line", number, "line") for number in numbers(fields["S"])]
        for kind_, line_, what in found:
            column = fields["n"] if kind_ == "branch" else ""
            if kind_ == "cover":
                what = f"{fields['page'].split('/')[1].removesuffix('_covers')}.{what}"
            # A cover is known by its name alone.
            key = (kind_, what) if kind_ == "cover" else (kind_, file, line_, column, what)
            point = points.setdefault(key, Point(kind_, file, line_, what))
            # A line may have several blocks: it is met when one of them is.
            point.count = max(point.count, count) if kind_ == "line" else point.count + count
    if not points:
        raise Failure(f"{', '.join(map(str, dats))}: no points")
    return list(points.values())


# ---- waivers ----

def apply_waivers(points: list, waivers: list, source: dict) -> list:
    """Gives points their waiver; texts about waivers that are of no use or too wide."""
    problems = []
    for number, waiver in enumerate(waivers):
        kinds = [key for key in ("toggle", "line", "branch") if key in waiver]
        if len(kinds) != 1 or not waiver.get("reason") or not waiver.get("file"):
            problems.append(f"waiver {number + 1}: needs file, reason, and one of toggle, line, branch: {waiver}")
            continue
        kind, pattern = kinds[0], waiver[kinds[0]]
        of_kind = [p for p in points if p.kind == kind and p.file == waiver["file"]]
        if kind == "toggle":
            matched = [p for p in of_kind if re.fullmatch(pattern, p.what)]
        else:
            way = waiver.get("way")
            matched = [p for p in of_kind if pattern in source[p.file][p.line - 1] and way in (None, p.what)]
        unmet = [p for p in matched if not p.met]
        if not unmet:
            problems.append(f"waiver of {waiver['file']}, {kind} '{pattern}': " +
                            ("all that it names is met" if matched else "there is no such thing"))
        elif len(matched) > LARGEST_WAIVER * len(of_kind):
            problems.append(f"waiver of {waiver['file']}, {kind} '{pattern}': names {len(matched)} of {len(of_kind)} "
                            "points")
        for point in unmet:
            point.waiver = number
    return problems


@dataclasses.dataclass
class Share:
    """How many of the points are met."""
    met: int = 0
    total: int = 0
    waived: int = 0

    def add(self, point: Point) -> None:
        if point.waiver is not None:
            self.waived += 1
            return
        self.total += 1
        self.met += point.met

    @property
    def percent(self) -> float:
        return 100.0 * self.met / self.total if self.total else 100.0

    def __str__(self) -> str:
        return f"{self.percent:.1f} %" if self.total else "-"


def shares(points: list) -> dict:
    result = {kind: Share() for kind in KINDS}
    for point in points:
        result[point.kind].add(point)
    return result


# ---- report ----

PAGE = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>
body { font: 14px sans-serif; margin: 2em } pre { margin: 0 } table { border-collapse: collapse }
td, th { padding: 2px 8px } th { text-align: left } .n { text-align: right } .miss { background: #fdd } .met { background: #dfd }
.waived { background: #eee }
</style></head><body><h1>{{ title }}</h1>
{% if modules %}
<table><tr><th>module</th>{% for kind in kinds %}<th>{{ kind }}</th><th>met</th><th>waived</th>{% endfor %}</tr>
{% for name, link, row in modules %}
<tr><td>{% if link %}<a href="{{ link }}">{{ name }}</a>{% else %}<b>{{ name }}</b>{% endif %}</td>
{% for kind in kinds %}<td class="n {{ 'miss' if row[kind].percent < bars[kind] else '' }}">{{ row[kind] }}</td>
<td class="n">{{ row[kind].met }} of {{ row[kind].total }}</td><td class="n">{{ row[kind].waived }}</td>{% endfor %}
</tr>
{% endfor %}</table>
<h2>Cover properties</h2><table><tr><th>name</th><th>count</th></tr>
{% for point in covers %}<tr class="{{ 'met' if point.met else 'miss' }}"><td>{{ point.what }}</td>
<td class="n">{{ '{:,}'.format(point.count) }}</td></tr>{% endfor %}</table>
<h2>Waivers</h2><table><tr><th>file</th><th>what</th><th>points</th><th>reason</th></tr>
{% for waiver, count in waivers %}<tr><td>{{ waiver.file }}</td>
<td>{{ waiver.toggle or waiver.line or waiver.branch }}</td>
<td class="n">{{ count }}</td><td>{{ waiver.reason }}</td></tr>{% endfor %}</table>
{% else %}
<table><tr><th>line</th><th>count</th><th>source</th><th>not met</th></tr>
{% for line in lines %}<tr class="{{ line.style }}">
<td class="n">{{ loop.index }}</td><td class="n">{{ line.count }}</td><td><pre>{{ line.text }}</pre></td><td>{{ line.unmet }}</td></tr>{% endfor %}</table>
{% endif %}</body></html>
""")


def bits(names: list) -> str:
    """Bits of signals as ranges: a[0], a[1], b as a[1:0], b."""
    by_signal = collections.defaultdict(list)
    for name in names:
        match = re.fullmatch(r"(.*)\[(\d+)\]", name)
        by_signal[match[1] if match else name] += [int(match[2])] if match else []
    texts = []
    for signal, indices in by_signal.items():
        indices.sort()
        start = 0
        for i in range(len(indices)):
            if i + 1 == len(indices) or indices[i + 1] != indices[i] + 1:
                low, high = indices[start], indices[i]
                texts.append(f"{signal}[{low}]" if low == high else f"{signal}[{high}:{low}]")
                start = i + 1
        if not indices:
            texts.append(signal)
    return ", ".join(texts)


def file_page(points: list, text: list) -> list:
    """What the page of a file says of each of its lines."""
    at = collections.defaultdict(list)
    for point in points:
        at[point.line].append(point)
    lines = []
    for number, source in enumerate(text, 1):
        here = at[number]
        unmet = [p for p in here if not p.met]
        missing = [p for p in unmet if p.waiver is None]
        counts = [p.count for p in here if p.kind == "line"]
        said = bits([p.what for p in unmet if p.kind == "toggle"]) + "".join(
            f" {p.what}" for p in unmet if p.kind == "branch")
        lines.append({"text": source, "count": max(counts) if counts else "", "unmet": said.strip(),
                      "style": "miss" if missing else "waived" if unmet else "met" if here else ""})
    return lines


def write_html(folder: pathlib.Path, points: list, source: dict, waivers: list) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    by_file = collections.defaultdict(list)
    for point in points:
        by_file[point.file].append(point)
    modules = [("whole", None, shares(points))]
    for file in sorted(f for f in by_file if f in source):
        name = pathlib.Path(file).stem
        modules.append((name, f"{name}.html", shares(by_file[file])))
        page = PAGE.render(title=file, lines=file_page(by_file[file], source[file]))
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    used = collections.Counter(p.waiver for p in points)
    (folder / "index.html").write_text(PAGE.render(
        title="Coverage of the RTL", modules=modules, kinds=[k for k in KINDS if k != "cover"], bars=BARS,
        covers=sorted((p for p in points if p.kind == "cover"), key=lambda p: p.what),
        waivers=[(waiver, used[number]) for number, waiver in enumerate(waivers)]), encoding="utf-8")


def report(dats: list, waiver_file: pathlib.Path, html_folder: pathlib.Path | None, missing: bool) -> list:
    """Prints the table; texts about what is not as it should be."""
    points = read_points(dats)
    files = {p.file for p in points if p.kind != "cover"}
    source = {file: (TOP / file).read_text(encoding="utf-8").split("\n") for file in files}
    waivers = yaml.safe_load(waiver_file.read_text(encoding="utf-8")) or []
    problems = apply_waivers(points, waivers, source)
    by_file = collections.defaultdict(list)
    for point in points:
        by_file[point.file].append(point)
    kinds = [kind for kind in KINDS if kind != "cover"]
    print(f"{'module':<24}" + "".join(f"{kind:>9}{'of':>7}{'waived':>7}" for kind in kinds))
    rows = [(pathlib.Path(file).stem, shares(by_file[file])) for file in sorted(source)] + [("whole", shares(points))]
    for name, row in rows:
        cells = (f"{str(row[kind]):>9}{row[kind].total:>7}{row[kind].waived:>7}" for kind in kinds)
        print(f"{name:<24}" + "".join(cells))
    whole = rows[-1][1]
    print(f"cover properties: {whole['cover'].met} of {whole['cover'].total} met; waivers: {len(waivers)}")
    if missing:
        for file in sorted(source):
            unmet = [p for p in by_file[file] if not p.met and p.waiver is None]
            for point in sorted((p for p in unmet if p.kind != "toggle"), key=lambda p: p.line):
                print(f"{file}:{point.line}: {point.what}: {source[file][point.line - 1].strip()}")
            lines = collections.defaultdict(list)
            for point in (p for p in unmet if p.kind == "toggle"):
                lines[point.line].append(point.what)
            for line in sorted(lines):
                print(f"{file}:{line}: {len(lines[line])} toggle {bits(lines[line])}")
    problems += [f"cover {p.what} was not met" for p in points if p.kind == "cover" and not p.met]
    problems += [f"{kind} coverage is {whole[kind].percent:.2f} %, below {bar} %" for kind, bar in BARS.items()
                 if kind != "cover" and whole[kind].percent < bar]
    if html_folder:
        write_html(html_folder, points, source, waivers)
        print(f"HTML: {html_folder / 'index.html'}")
    return problems


def main(arguments: list) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run")
    runner.add_argument("build", type=pathlib.Path)
    runner.add_argument("folder", type=pathlib.Path)
    runner.add_argument("--jobs", type=int, default=os.cpu_count())
    runner.add_argument("--only", default="", help="regular expression of the executables")
    reporter = commands.add_parser("report")
    reporter.add_argument("folders", type=pathlib.Path, nargs="+")
    reporter.add_argument("--html", type=pathlib.Path)
    reporter.add_argument("--waivers", type=pathlib.Path, default=TOP / "tests/coverage/waivers.yaml")
    reporter.add_argument("--missing", action="store_true", help="name what is not met")
    options = parser.parse_args(arguments)
    try:
        if options.command == "run":
            run(options.build, options.folder, options.jobs, options.only)
            return 0
        dats = [folder / "merged.dat" for folder in options.folders]
        problems = report(dats, options.waivers, options.html, options.missing)
    except Failure as failure:
        problems = [str(failure)]
    for problem in problems:
        print(f"rtl_coverage: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
