#!/usr/bin/env python3
"""Proves the properties of tests/formal/*_formal.sv by induction, with Yosys and an SMT solver.

  run.py [--no-bugs] [--keep FOLDER] [PROOF...]

For every proof of proofs.yaml (default: all): the base case, the induction step and the covers must pass, every seeded
bug must make the base case fail at all properties that are named for it, and every property that is no invariant must be
named by a bug. One line a proof; exit code 1 if anything is not as it should be.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import yaml

HERE = pathlib.Path(__file__).resolve().parent
RTL = HERE.parent.parent / "rtl"
PACKAGE = "gen/auklet_pkg.sv"


class Failure(Exception):
    """Something is not as it should be; the text says what."""


def run(command: list, folder: pathlib.Path, timeout: int) -> str:
    """Output of a command; whether it failed, the caller reads in there."""
    # A group of its own, so that a timeout ends the solver, too.
    with subprocess.Popen([str(c) for c in command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          start_new_session=True) as process:
        try:
            return process.communicate(timeout=timeout)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return f"timeout after {timeout} s"


def mutated(text: str, bug: dict) -> str:
    """The source with the bug in it."""
    lines = text.split("\n")
    places = [i for i, line in enumerate(lines) if bug.get("line", bug["original"]) in line]
    if len(places) != 1 or lines[places[0]].count(bug["original"]) != 1:
        raise Failure(f"bug {bug['name']}: '{bug['original']}' is not once in {bug['file']}; correct proofs.yaml")
    lines[places[0]] = lines[places[0]].replace(bug["original"], bug["mutated"])
    return "\n".join(lines)


def connections(top: pathlib.Path, variant: dict) -> list:
    """Yosys commands for the lines `// probe WIRE PATH [ENTRIES]`: the wire of the top module is the signal at the path.

    Yosys 0.23 leaves a hierarchical reference undriven; a connection after flattening does what it should have done.
    """
    commands = []
    for wire, path, entries in re.findall(r"^ *// probe (\w+) (\S+)(?: (\w+))?$", top.read_text(encoding="utf-8"), re.M):
        signal = path
        if entries:
            count = int(variant.get(entries, entries))
            signal = ",".join(f"{path}[{i}]" for i in reversed(range(count)))
        commands.append(f"connect -nounset -set {wire} {signal}")
    return commands


def scaled(text: str, bug: dict) -> str:
    """auklet_pkg with the constants of the bug, so that its trace is short."""
    for name, value in bug.get("constants", {}).items():
        text, count = re.subn(rf"(localparam int unsigned {name} = )\d+;", rf"\g<1>{value};", text)
        if count != 1:
            raise Failure(f"bug {bug['name']}: no constant {name} in auklet_pkg; correct proofs.yaml")
    return text


def build(proof: dict, variant: dict, folder: pathlib.Path, bug: dict | None) -> pathlib.Path:
    """The SMT model of a proof."""
    name = proof["name"]
    top = HERE / f"{name}_formal.sv"
    sources = []
    for relative in [PACKAGE, *proof["rtl"]]:
        source = RTL / relative
        change = mutated if bug and bug["file"] == relative else scaled if bug and relative == PACKAGE else None
        if change:
            text = change(source.read_text(encoding="utf-8"), bug)
            source = folder / source.name
            source.write_text(text, encoding="utf-8")
        sources.append(source)
    model = folder / "model.smt2"
    cut = proof.get("cut_products")
    parameters = " ".join(f"-chparam {key} {value}" for key, value in variant.items())
    script = [
        f"read_verilog -sv -formal {' '.join(map(str, sources))} {top}",
        f"hierarchy -check {parameters} -top {name}_formal",
        "proc", "flatten", "async2sync", "memory_collect", "memory_map",
        *connections(top, variant),
        # Products are left to the lemmas: any value does, the same one for the same factors.
        *(["opt_expr", "opt_merge", "opt_clean", "cutpoint t:$mul"] if cut else []),
        # Only what the bug should break is looked at: the rest of the model goes away.
        *(["delete t:$cover", "delete t:$assert " + " ".join(f"c:{name} %d" for name in bug["breaks"])] if bug else []),
        "opt -keepdc -fast", "check -assert", "dffunmap", f"write_smt2 -wires {model}",
    ]
    (folder / "model.ys").write_text("\n".join(script) + "\n", encoding="utf-8")
    model.unlink(missing_ok=True)
    output = run(["yosys", "-q", "model.ys"], folder, 120)
    if not model.exists():
        raise Failure(f"yosys: {output.strip()[-2000:]}")
    return model


def smtbmc(proof: dict, model: pathlib.Path, *arguments) -> str:
    """Output of yosys-smtbmc on the model."""
    solver = proof.get("solver", "z3")
    # z3 proves stability of a bus by induction in seconds only when the steps are unrolled.
    return run(["yosys-smtbmc", "-s", solver, "--unroll", "--noprogress", *arguments, model.name], model.parent,
               proof.get("timeout", 240))


def prove(proof: dict, variant: dict, folder: pathlib.Path) -> None:
    """Base case, induction step and covers of one variant."""
    model = build(proof, variant, folder, None)
    k = str(proof["k"])
    for what, arguments in (
        ("base case", ["-t", str(proof["k"] + 2)]),
        ("induction", ["-i", "-t", k]),
        ("cover", ["-c", "-t", str(proof["cover"])]),
    ):
        output = smtbmc(proof, model, *arguments, *(["--dump-vcd", f"{what.split()[0]}.vcd"]))
        if "Status: PASSED" not in output and "Status: passed" not in output:
            raise Failure(f"{what}: {tail(output)}")


def tail(output: str) -> str:
    """What smtbmc has to say about a failure."""
    telling = [line for line in output.splitlines() if re.search(r"fail|Unreached|unreached|timeout|rror", line)]
    return "\n    ".join(telling[-12:] or output.splitlines()[-5:])


def seed(proof: dict, bug: dict, folder: pathlib.Path) -> None:
    """Checks that a bug breaks each property that it names."""
    model = build(proof, proof["variants"][bug.get("variant", -1)], folder, bug)
    # What has failed is looked at no more, so that the rest may fail behind it.
    output = smtbmc(proof, model, "--keep-going", "-t", str(bug.get("depth", proof.get("bug_depth", 12))))
    missed = set(bug["breaks"]) - set(re.findall(r"Assert failed in \S+: (\w+)", output))
    if missed:
        raise Failure(f"bug {bug['name']} does not break {', '.join(sorted(missed))}: {tail(output)}")


def unseeded(proof: dict, properties: set) -> list:
    """What is wrong with the list of seeded bugs as a whole."""
    named = {name for bug in proof["bugs"] for name in bug["breaks"]}
    excused = set(proof.get("unseeded", {}))
    # Invariants I... are steps of the proof, not its result.
    missing = {name for name in properties if not name.startswith("I")} - named - excused
    return [f"{what}: {', '.join(sorted(names))}" for what, names in (
        ("no seeded bug breaks", missing),
        ("unseeded, but a bug breaks", named & excused),
        ("no such property", (named | excused) - properties),
    ) if names]


def check(proof: dict, root: pathlib.Path, bugs: bool) -> bool:
    """One proof and its bugs, reported in one line."""
    start = time.monotonic()
    text = (HERE / f"{proof['name']}_formal.sv").read_text(encoding="utf-8")
    properties = set(re.findall(r"\b([A-Z]+\d+\w*): assert", text))
    covers = len(re.findall(r": cover \(", text))
    proof.setdefault("variants", [{}])
    errors = unseeded(proof, properties)
    for i, variant in enumerate(proof["variants"]):
        folder = root / f"{proof['name']}{i}"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            prove(proof, variant, folder)
        except Failure as failure:
            errors.append(f"{variant}: {failure}")
    proven = time.monotonic() - start
    for bug in proof["bugs"] if bugs else []:
        folder = root / f"{proof['name']}_{bug['name']}"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            seed(proof, bug, folder)
        except Failure as failure:
            errors.append(str(failure))
    state = "FAILED" if errors else "proven"
    print(f"{proof['name']:10} {state}: {len(properties):2} properties, {covers:2} covers, {len(proof['variants'])} variants, k={proof['k']}, "
          f"{proof.get('solver', 'z3')}, {proven:.1f} s; {len(proof['bugs']) if bugs else 0} bugs found, "
          f"{time.monotonic() - start - proven:.1f} s", flush=True)
    for error in errors:
        print(f"  {error}", flush=True)
    return not errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-bugs", action="store_true", help="prove only")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for models and traces, kept")
    parser.add_argument("proofs", nargs="*", help="names in proofs.yaml")
    arguments = parser.parse_args()
    proofs = yaml.safe_load((HERE / "proofs.yaml").read_text(encoding="utf-8"))
    unknown = set(arguments.proofs) - {p["name"] for p in proofs}
    if unknown:
        sys.exit(f"run.py: no proof {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as scratch:
        root = (arguments.keep or pathlib.Path(scratch)).resolve()
        results = [check(p, root, not arguments.no_bugs) for p in proofs if not arguments.proofs or p["name"] in arguments.proofs]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
