#!/usr/bin/env python3
"""Compares `auklet run --backend cpu` with other libraries: outputs and time, network by network.

    bench/peers/compare_peers.py                       every peer that is installed, every network
    bench/peers/compare_peers.py --update              write the tables into docs/peers.md
    bench/peers/compare_peers.py --peer NAME --model NAME ...
    bench/peers/compare_peers.py --run-with 'chrt --fifo 1'   on a busy machine, as root: nothing else in between

Networks: the project's own, and those of the reference vectors (AUKLET_GOLDEN, or ../shared/golden beside the tree) where
they are. Every case's outputs are compared. Times are taken on the first case, one frame of it or all of a model with
state: a peer's right after the own, `--rounds` times over, each the median of warm repetitions that take about `--seconds`.
A peer that is not installed is named, with the line that installs it. Exit code 77 when none is; 1 when `--most-steps`
does not hold; 2 for wrong arguments and for a peer that is installed but does not start.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from comparison import Agreement, ComparisonError, Row, Times, compare, repetitions, replace_section, table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs/peers.md"
SLOW_SECONDS = 1.0  # What takes longer than this is timed once.
SKIPPED = 77

INSTALL_NPM = "npm install --prefix bench/peers"
INSTALL_ARMNN = ("apt-get install --no-install-recommends libarmnn-dev libarmnntfliteparser-dev libarmnn-cpuref-backend22, "
                 "then configure and build the target armnn_peer")


@dataclass
class Peer:
    """A library to compare with: what runs it, the file without which it is not installed, and what installs it."""

    name: str
    command: list
    needs: Path
    install: str

    def installed(self):
        return shutil.which(str(self.command[0])) is not None and self.needs.exists()


def peers(build):
    # With its optimising compiler alone, Node compiles WebAssembly once, before it runs: nothing is warmer later.
    node = ["node", "--no-liftoff", "--experimental-wasm-relaxed-simd"]
    modules = HERE / "node_modules"
    armnn = build / "bin/armnn_peer"
    return [Peer("tfjs-tflite", [*node, HERE / "tfjs_tflite.mjs"], modules / "@tensorflow/tfjs-tflite", INSTALL_NPM),
            Peer("litert", [*node, HERE / "litert.mjs"], modules / "@litertjs/core", INSTALL_NPM),
            Peer("armnn", [armnn], armnn, INSTALL_ARMNN)]


@dataclass
class Network:
    """A model file with its inputs: cases[i][k] is input k of a run of `steps` frames in order."""

    name: str
    model: Path
    cases: list
    macs: int = None  # Of one frame, as recorded; else the program's own count.
    steps: int = 1
    float_steps: list = field(default_factory=list)  # By output: the scale of the integers behind it, or None.


def numbered(folder, prefix):
    """The files prefix0.bin, prefix1.bin, … of a case."""
    files = []
    while (path := folder / f"{prefix}{len(files)}.bin").exists():
        files.append(path)
    return files


def float_steps(recorded):
    """By output of a recorded model, the scale of the integers that a DEQUANTIZE at the end makes it from, or None."""
    graph = recorded["subgraphs"][0]
    tensors = {tensor["index"]: tensor for tensor in graph["tensors"]}
    sources = {op["outputs"][0]: op["inputs"][0] for op in graph["ops"] if op["opcode"] == "DEQUANTIZE"}
    scales = [tensors[sources[output]].get("scale") if output in sources else None for output in graph["outputs"]]
    return [scale[0] if isinstance(scale, list) else scale for scale in scales]


def own_networks():
    return [Network(model.stem, model, [[path] for path in sorted((model.parent / "inputs").glob("*.bin"))])
            for model in sorted((ROOT / "models").glob("*/*.tflite"))]


def recorded_networks(golden):
    manifest = golden / "zoo/manifest.json"
    if not manifest.exists():
        return []
    found = []
    for model in json.loads(manifest.read_text(encoding="utf-8"))["models"]:
        folder = golden / "zoo" / model["dir"]
        cases = [numbered(case, "in") for case in sorted(folder.iterdir()) if (case / "in0.bin").exists()]
        recorded = json.loads((folder / "tensors.json").read_text(encoding="utf-8"))
        found.append(Network(model["name"], folder / "model.tflite", cases, model["macs"], model["steps"],
                             float_steps(recorded)))
    return sorted(found, key=lambda network: network.name)


class Refused(Exception):
    """A program could not do it; the message is its own."""


def ask(command, timeout):
    """The JSON object that a program prints as its last line."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace",
                              timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise Refused(f"no answer in {timeout:g} seconds") from error
    if done.returncode < 0:
        raise Refused(f"ended by {signal.Signals(-done.returncode).name}")
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines or not lines[-1].startswith("{"):
        raise Refused((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    return json.loads(lines[-1])


def run(command, network, inputs, steps, folder, timeout, repeat=None):
    """Seconds of an inference of `steps` frames; the outputs are in `folder` then."""
    words = [*command, network.model, "--steps", steps, "--output-dir", folder]
    for path in inputs:
        words += ["--input", path]
    try:
        return ask(words if repeat is None else [*words, "--repeat", repeat], timeout)["inference_seconds"]
    except Refused as error:
        raise Refused(str(error).replace(str(network.model), network.model.name)) from error


def join_cases(network, folder):
    """Runs as (inputs, steps) that hold all cases: one run where the model has no state."""
    if network.steps > 1:
        return [(inputs, network.steps) for inputs in network.cases]
    joined = []
    for i in range(len(network.cases[0])):
        path = folder / f"in{i}.bin"
        path.write_bytes(b"".join(case[i].read_bytes() for case in network.cases))
        joined.append(path)
    return [(joined, len(network.cases))]


def agreement(command, auklet, network, outputs, folder, timeout):
    """How far a program's outputs agree with the own ones, of all cases."""
    total = Agreement()
    for inputs, steps in join_cases(network, folder):
        run(auklet, network, inputs, steps, folder / "mine", timeout)
        run(command, network, inputs, steps, folder / "theirs", timeout)
        theirs = numbered(folder / "theirs", "out")
        if len(theirs) != len(outputs):
            raise Refused(f"it has {len(theirs)} outputs, not {len(outputs)}")
        for i, output in enumerate(outputs):
            step = network.float_steps[i] if network.float_steps else None
            row_length = output["shape"][-1] if output["shape"] else 1
            mine = (folder / f"mine/out{i}.bin").read_bytes()
            total += compare(mine, theirs[i].read_bytes(), output["type"], row_length, step)
    return total


def times(command, auklet, network, folder, arguments):
    """Seconds of an inference of the first case, the own and the other's by turns."""
    def once(program, repeat):
        return run([*arguments.run_with.split(), *program], network, network.cases[0], network.steps, folder / "timed",
                   arguments.timeout, repeat)

    programs = (auklet, command)
    first = [once(program, 1) for program in programs]
    if max(first) > SLOW_SECONDS:
        return Times(*([seconds] for seconds in first))
    counts = [repetitions(seconds, arguments.seconds) for seconds in first]
    rounds = [[once(*each) for each in zip(programs, counts)] for _ in range(arguments.rounds)]
    return Times(*map(list, zip(*rounds)))


def measure(peer, network, arguments):
    """The row of a network on a peer."""
    row = Row(network.name, 0)
    program = arguments.build / "bin/auklet"
    auklet = [program, "run", "--backend", "cpu", "--no-check", "--json"]
    try:
        info = ask([program, "info", network.model, "--json"], arguments.timeout)
        row.macs = info["macs"] if network.macs is None else network.macs
        with tempfile.TemporaryDirectory() as name:
            row.agreement = agreement(peer.command, auklet, network, info["outputs"], Path(name), arguments.timeout)
            row.times = times(peer.command, auklet, network, Path(name), arguments)
    except (Refused, ComparisonError) as error:
        row.message = str(error)
    return row


def fail(sentence):
    print(f"compare_peers: {sentence}", file=sys.stderr)
    return 2


def chosen(found, names, what):
    """Those of `found` that are named, or all; ComparisonError for a name that none has."""
    for name in names or []:
        if name not in [one.name for one in found]:
            raise ComparisonError(f"no {what} is called '{name}'; there are {', '.join(one.name for one in found)}")
    return [one for one in found if not names or one.name in names]


def positive(kind):
    def convert(text):
        value = kind(text)
        if not 0 < value < float("inf"):
            raise ValueError
        return value

    convert.__name__ = f"positive {kind.__name__}"
    return convert


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="the build's folder")
    parser.add_argument("--peer", action="append", help="only this one; may be repeated")
    parser.add_argument("--model", action="append", help="only this network; may be repeated")
    parser.add_argument("--rounds", type=positive(int), default=5)
    parser.add_argument("--seconds", type=positive(float), default=0.2, help="of each program in a round")
    parser.add_argument("--run-with", default="", metavar="WORDS", help="put before the programs that are timed")
    parser.add_argument("--timeout", type=positive(float), default=300.0, help="seconds that one process may take")
    parser.add_argument("--most-steps", type=positive(float), help="fail unless all networks run and no output differs by more")
    parser.add_argument("--update", action="store_true", help=f"write the tables into {PAGE.relative_to(ROOT)}")
    return parser.parse_args(words)


def main(words=None):
    arguments = parse(words)
    golden = Path(os.environ.get("AUKLET_GOLDEN", ROOT.parent / "shared/golden"))
    if arguments.update and arguments.model:
        return fail("--update writes whole tables; leave --model out")
    if arguments.run_with.split() and shutil.which(arguments.run_with.split()[0]) is None:
        return fail(f"there is no program '{arguments.run_with.split()[0]}' to run with; leave --run-with out")
    if not (arguments.build / "bin/auklet").exists():
        return fail(f"there is no {arguments.build}/bin/auklet; build it: cmake --preset release && cmake --build --preset release")
    try:
        wanted = chosen(peers(arguments.build), arguments.peer, "peer")
        networks = chosen(own_networks() + recorded_networks(golden), arguments.model, "network")
    except ComparisonError as error:
        return fail(str(error))
    installed = [peer for peer in wanted if peer.installed()]
    for peer in wanted:
        if peer not in installed:
            print(f"compare_peers: skipped {peer.name}, which is not installed: {peer.install}", file=sys.stderr)
    versions = {}
    for peer in installed:
        try:
            versions[peer.name] = ask([*peer.command, "--describe"], arguments.timeout)["version"]
        except Refused as error:
            return fail(f"{peer.name} is installed, but does not start: {error}; install it again ({peer.install}), or "
                        "name the others with --peer")
    good = True
    for peer in installed:
        rows = []
        for network in networks:
            print(f"{peer.name}: {network.name}", file=sys.stderr, flush=True)
            rows.append(measure(peer, network, arguments))
        good = good and (arguments.most_steps is None
                         or all(not row.message and row.agreement.steps <= arguments.most_steps for row in rows))
        text = f"{versions[peer.name]}:\n\n{table(rows)}"
        print(f"{peer.name}, {text}", flush=True)
        if arguments.update:
            PAGE.write_text(replace_section(PAGE.read_text(encoding="utf-8"), peer.name, text), encoding="utf-8")
    if not installed:
        return SKIPPED
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
