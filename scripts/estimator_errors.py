#!/usr/bin/env python3
"""How near the estimated cycles (`auklet info`) come to the RTL's (`auklet run`), layer by layer: docs/estimator.md.

    scripts/estimator_errors.py                         own networks and the zoo, all configurations and profiles
    scripts/estimator_errors.py --models kws --layers   every layer of the models whose name has `kws`
    scripts/estimator_errors.py --check 5,15            exit code 1 when the mean error of a network's layers is over 5 %,
                                                        or that of one layer is over 15 %

The zoo is where AUKLET_GOLDEN says; without it only the project's own networks are measured. The RTL's reports can be kept
with --keep FOLDER: what is there is not run again, as long as nothing but the estimator changes.
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


def models(pattern):
    """(name, path) of the networks to measure."""
    found = [(path.parent.name, path) for path in sorted((ROOT / "models").glob("*/*.tflite"))]
    zoo = Path(os.environ.get("AUKLET_GOLDEN", "")) / "zoo"
    if os.environ.get("AUKLET_GOLDEN") and zoo.is_dir():
        found += [(path.parent.name, path) for path in sorted(zoo.glob("*/model.tflite"))]
    else:
        print("no reference networks (AUKLET_GOLDEN): only the project's own are measured", file=sys.stderr)
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--auklet", default=ROOT / "build/release/bin/auklet", help="the executable")
    parser.add_argument("--models", default="", metavar="REGEX")
    parser.add_argument("--configs", default=",".join(CONFIGS))
    parser.add_argument("--profiles", default=",".join(PROFILES))
    parser.add_argument("--layers", action="store_true", help="list every layer: estimate / RTL, and the causes that differ")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the N worst layers of all")
    parser.add_argument("--keep", metavar="FOLDER", help="where the RTL's reports are kept")
    parser.add_argument("--check", metavar="MEAN,WORST", help="bounds in percent")
    arguments = parser.parse_args()

    columns = [(config, profile) for config in arguments.configs.split(",") for profile in arguments.profiles.split(",")]
    print("mean error of the layers / worst layer / error of the total, in percent")
    print(f"{'':<34}" + "".join(f"{config + ' ' + profile:>22}" for config, profile in columns))
    everything, failures = [], []
    for name, path in models(arguments.models):
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
            where = f"{name}, {config}, {profile}"
            if arguments.check:
                most_mean, most_worst = (float(bound) / 100 for bound in arguments.check.split(","))
                if mean > most_mean:
                    failures.append(f"{where}: mean error {mean:.1%}")
                for exact, estimate, error in rows:
                    if abs(error) > most_worst:
                        failures.append(f"{where}, {exact['op']} {exact['name']}: {estimate['cycles']} cycles estimated, {exact['cycles']} measured")
        print(line, flush=True)
        if arguments.layers:
            for config, profile, rows in lists:
                print(f"  {config} {profile}")
                show_layers(rows)
    if everything:
        errors = [abs(row[-1]) for row in everything]
        print(f"all {len(errors)} layers: mean error {sum(errors) / len(errors):.2%}, worst {max(errors):.1%}; "
              f"{sum(error > 0.15 for error in errors)} over 15 %, {sum(error > 0.05 for error in errors)} over 5 %")
    for name, config, profile, *row in sorted(everything, key=lambda row: -abs(row[-1]))[: arguments.worst]:
        print(f"{name}, {config}, {profile}")
        show_layers([row])
    for failure in failures:
        print("FAILED:", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
