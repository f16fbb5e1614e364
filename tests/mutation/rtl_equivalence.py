#!/usr/bin/env python3
"""Proves with Yosys that mutants of the RTL which no test killed are equivalent to the RTL.

  rtl_equivalence.py RESULTS.json RTL FOLDER

RESULTS.json is what run_mutants.py wrote, FOLDER what rtl_mutants.py did. For each survivor, the module with and without
the mutation: all registers and outputs of the same name have to be equal for all inputs, given that the registers were
(equiv_simple, equiv_induct). Prints the proven ones as entries of rtl_equivalent.yaml; the others it names on stderr.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

REASON = "Proven by Yosys: all registers and outputs are equal."


def proven(mutant: dict, modules: list, rtl: pathlib.Path, folder: pathlib.Path) -> bool:
    """Whether Yosys proves the mutant equivalent."""
    name = mutant["module"]
    mutation = re.sub(r" -ctrl \S+ \S+ \S+", "", mutant["yosys"]).replace(f"-module {name} ", "-module gate ")
    script = [
        f"read_rtlil {folder}/npu.il", *(f"setattr -mod -set keep_hierarchy 1 {m}" for m in modules if m != name),
        f"hierarchy -top {name}", "proc", "flatten", "opt_clean", f"rename {name} gold", "copy gold gate",
        mutation, "opt_clean", "equiv_make gold gate equiv", "hierarchy -top equiv", "clean",
        "equiv_struct", "equiv_simple", "equiv_induct", "equiv_status -assert",
    ]
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "script.ys"
        path.write_text("\n".join(script) + "\n", encoding="utf-8")
        try:
            return subprocess.run(["yosys", "-q", path], cwd=rtl.parent, capture_output=True, timeout=120, check=False).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def main() -> None:
    results, rtl, folder = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    survivors = [m for m in json.loads(results.read_text(encoding="utf-8")) if not m["killer"]]
    modules = sorted({m["module"] for m in json.loads((folder / "mutants.json").read_text(encoding="utf-8"))})
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(lambda m: proven(m, modules, rtl, folder), survivors))
    entries = [{"module": m["module"], "what": m["what"], "at": m["lines"][-1], "reason": REASON}
               for m, verdict in zip(survivors, verdicts) if verdict]
    print(yaml.safe_dump(entries, sort_keys=False, width=10_000), end="")
    for mutant in (m for m, verdict in zip(survivors, verdicts) if not verdict):
        print(f"not proven: {mutant['number']} {mutant['module']}: {mutant['what']} at {mutant['lines'][-1]}", file=sys.stderr)


if __name__ == "__main__":
    main()
