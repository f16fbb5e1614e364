#!/usr/bin/env python3
"""How near the estimated cycles (`auklet info`) come to the RTL's (`auklet run`), layer by layer: docs/estimator.md.

    scripts/estimator_errors.py                         own networks and the zoo, all configurations and profiles
    scripts/estimator_errors.py --models kws --layers   every layer of the networks whose name has `kws`
    scripts/estimator_errors.py --check                 exit code 1 when an error is over its bound: see BOUNDS

The zoo is where AUKLET_GOLDEN says; without it --zoo alone ends with exit code 77. The RTL's reports can be kept with
--keep FOLDER: what is there is not run again, which is right as long as nothing but the estimator changes.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIGS = ("npu64", "npu256", "npu1024")
PROFILES = ("sram", "flash")
# A layer whose error is this small in cycles counts with it as if it had FLOOR cycles at least: see docs/estimator.md.
FLOOR = 100
# What --check allows, relative: the mean error of a network's layers, that of its total, that of any layer, and that of
# all layers together; and the share of all layers whose error is over USUAL.
BOUNDS = {"network": 0.03, "total": 0.03, "layer": 0.12, "all": 0.005, "over": 0.01}
USUAL = 0.05
# Networks of a million cycles or more, which --quick leaves out.
LARGE = re.compile("mobilenet_v2_224|mcunet|cfu_hps")


def models(pattern, own, zoo):
    """(name, path) of the networks to measure."""
    found = []
    if own:
        found += [(path.parent.name, path) for path in sorted((ROOT / "models").glob("*/*.tflite"))]
    folder = Path(os.environ.get("AUKLET_GOLDEN") or "/nowhere") / "zoo"
    if zoo and folder.is_dir():
        found += [(path.parent.name, path) for path in sorted(folder.glob("*/model.tflite"))]
    elif zoo:
        print("no reference networks (AUKLET_GOLDEN): they are left out", file=sys.stderr)
    return [(name, path) for name, path in found if re.search(pattern, name)]


def auklet(tool, *arguments):
    done = subprocess.run([tool, *map(str, arguments), "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def measured(tool, name, path, config, profile, keep):
    kept = keep and Path(keep) / f"{name}.{config}.{profile}.json"
    if kept and kept.exists():
        return json.loads(kept.read_text())
    arguments = ["run", path, "--no-check", "--config", config, "--profile", profile]
    inputs = sorted((path.parent / "case0").glob("in*.bin"))
    try:
        report = auklet(tool, *arguments)
    except RuntimeError:  # Indices, of which there are no random ones.
        report = auklet(tool, *arguments, *[word for file in inputs for word in ("--input", file)])
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(report))
    return report


def error_of(estimate, exact):
    """Relative error of a layer, signed."""
    return (estimate - exact) / max(exact, FLOOR)


def compare(run, info):
    """Pairs of layers (name, operator, RTL's cycles, estimate, error), without those that neither has cycles of."""
    rows = []
    for exact, estimate in zip([row for row in run["layers"] if row["op"]], info["layers"]):
        if exact["where"] != "npu" or not (exact["cycles"] or estimate["cycles"]):
            continue
        rows.append((exact, estimate, error_of(estimate["cycles"], exact["cycles"])))
    return rows


def show_layers(rows):
    for exact, estimate, error in rows:
        causes = ", ".join(
            f"{cause.lower()} {estimate['causes'][cause]}/{cycles}"
            for cause, cycles in exact["causes"].items()
            if cycles != estimate["causes"][cause]
        )
        print(f"    {error:+8.1%} {estimate['cycles']:>9} / {exact['cycles']:>9}  {exact['op']:<18} {exact['name'][-40:]:<40} {causes}")


def broken(bounds, where, rows, total):
    """What of a network is over its bound, one sentence each."""
    mean = sum(abs(error) for *_, error in rows) / len(rows)
    if mean > bounds["network"]:
        yield f"{where}: mean error {mean:.1%}"
    # A job that is a few layers long is held to what a layer is held to.
    if abs(total) > bounds["total"] and len(rows) > 5:
        yield f"{where}: error of the total {total:+.1%}"
    for exact, estimate, error in rows:
        if abs(error) > bounds["layer"]:
            yield (f"{where}, {exact['op']} {exact['name']}: {estimate['cycles']} cycles estimated, "
                   f"{exact['cycles']} measured")


def summary(errors, check):
    """One line on all layers; what is over its bound, if asked."""
    mean = sum(errors) / len(errors)
    over = sum(error > USUAL for error in errors)
    print(f"all {len(errors)} layers: mean error {mean:.2%}, worst {max(errors):.1%}; {over} over {USUAL:.0%}")
    if check and mean > BOUNDS["all"]:
        yield f"mean error of all layers {mean:.2%}"
    if check and over > max(1, BOUNDS["over"] * len(errors)):
        yield f"{over} of {len(errors)} layers over {USUAL:.0%}"


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--auklet", default=ROOT / "build/release/bin/auklet", help="the executable")
    parser.add_argument("--own", action="store_true", help="only the project's networks")
    parser.add_argument("--zoo", action="store_true", help="only the reference networks")
    parser.add_argument("--quick", action="store_true", help="without networks of a million cycles and more")
    parser.add_argument("--models", default="", metavar="REGEX")
    parser.add_argument("--configs", default=",".join(CONFIGS))
    parser.add_argument("--profiles", default=",".join(PROFILES))
    parser.add_argument("--layers", action="store_true", help="list every layer: estimate / RTL, and the causes that differ")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the N worst layers of all")
    parser.add_argument("--keep", metavar="FOLDER", help="where the RTL's reports are kept")
    parser.add_argument("--check", action="store_true", help="compare with BOUNDS")
    arguments = parser.parse_args(words)

    networks = models(arguments.models, not arguments.zoo, not arguments.own)
    if arguments.quick:
        networks = [(name, path) for name, path in networks if not LARGE.search(name)]
    if not networks:
        print("nothing to measure")
        return 77
    columns = [(config, profile) for config in arguments.configs.split(",") for profile in arguments.profiles.split(",")]
    print("mean error of the layers / worst layer / error of the total, in percent")
    print(f"{'':<34}" + "".join(f"{config + ' ' + profile:>22}" for config, profile in columns))
    everything, failures = [], []
    for name, path in networks:
        line = f"{name:<34}"
        lists = []
        for config, profile in columns:
            run = measured(arguments.auklet, name, path, config, profile, arguments.keep)
            info = auklet(arguments.auklet, "info", path, "--config", config, "--profile", profile)
            rows = compare(run, info)
            if not rows:
                line += f"{'-':>22}"
                continue
            lists.append((config, profile, rows))
            mean = sum(abs(error) for *_, error in rows) / len(rows)
            worst = max(abs(error) for *_, error in rows)
            total = info["cycles"] / run["cycles"] - 1
            line += f"{100 * mean:>8.1f} /{100 * worst:>5.1f} /{100 * total:>+5.1f}"
            everything += [(name, config, profile, *row) for row in rows]
            if arguments.check:
                failures += broken(BOUNDS, f"{name}, {config}, {profile}", rows, total)
        print(line, flush=True)
        for config, profile, rows in lists if arguments.layers else []:
            print(f"  {config} {profile}")
            show_layers(rows)
    if everything:
        failures += summary([abs(row[-1]) for row in everything], arguments.check)
    for name, config, profile, *row in sorted(everything, key=lambda row: -abs(row[-1]))[: arguments.worst]:
        print(f"{name}, {config}, {profile}")
        show_layers([row])
    for failure in failures:
        print("FAILED:", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
