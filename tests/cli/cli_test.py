#!/usr/bin/env python3
"""Calls the command line as people do. Environment: AUKLET (the executable), AUKLET_SOURCE_DIR, AUKLET_GOLDEN.

    tests/cli/cli_test.py [Usage | BadFiles | Json | Keyword | Inputs | Compiled | Traces | Waves | Golden]
"""

import hashlib
import json
import os
import struct
import time
import unittest
from pathlib import Path

from command_line import (DEADLINE, INPUTS, KEYWORD, MISMATCH, MODEL, MODEL_REFUSED, NO_BACKEND, NPU_FAULT, OK, USAGE, Case,
                          auklet, has_rtl)
from trace_file import CYCLES, TRACKS, Trace

GOLDEN = Path(os.environ["AUKLET_GOLDEN"]) / "zoo" if "AUKLET_GOLDEN" in os.environ else None

BEAT_BYTES = 16  # Of every configuration's bus.

BACKENDS = ["cpu", "model"] + (["rtl"] if has_rtl() else [])


def npy(descr, shape, data, fortran=False):
    """A .npy file of version 1."""
    header = f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {tuple(shape)!r}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


class Usage(Case):
    def test_help_and_version(self):
        for arguments in (["--help"], ["run", "--help"], ["compile", "--help"], ["info", "--help"],
                          ["bench", "--help"], ["report", "--help"]):
            result = auklet(*arguments)
            self.assertEqual(result.returncode, OK)
            self.assertIn("Exit codes", result.stdout)
        self.assertRegex(auklet("--version").stdout, r"^auklet \d+\.\d+\.\d+ \(hardware .*backends:.* cpu\)\n$")

    def test_mistakes(self):
        for arguments, clause in (
            ([], "subcommand"),
            (["fly"], "'fly'"),
            (["run"], "MODEL"),
            (["run", MODEL, "--backend", "gpu"], "'gpu'"),
            (["run", MODEL, "--backend", "cpu", "--config", "npu7"], "npu64, npu256, npu1024"),
            (["run", MODEL, "--backend", "cpu", "--profile", "tape"], "sram, flash"),
            (["run", MODEL, "--backend", "cpu", "--steps", "0"], "--steps"),
            (["run", MODEL, "--backend", "cpu", "--steps", "x"], "--steps"),
            (["run", MODEL, "--backend", "cpu", "--wave", self.folder / "t.fst"], "waveform"),
            (["run", MODEL, "--backend", "model", "--wave", self.folder / "t.fst", "--from", "layer:1"], "waveform"),
            (["run", MODEL, "--backend", "model", "--from", "3"], "--wave"),
            (["run", MODEL, "--backend", "model", "--to", "3"], "--wave"),
            (["run", MODEL, "--backend", "cpu", "--repeat", "0"], "--repeat"),
            (["run", MODEL, "--kernels", "fast"], "optimized or reference"),
            (["run", MODEL, "--backend", "model", "--repeat", "3"], "--backend cpu"),
            (["run", MODEL, "--frobnicate"], "frobnicate"),
            (["compile", MODEL], "--output"),
            (["compile", MODEL, "-o", self.folder / "m", "--config", "npu7"], "npu64, npu256, npu1024"),
            (["compile", MODEL, "-o", self.folder / "m", "--emit", "rust"], "'rust'"),
            (["compile", MODEL, "-o", self.folder / "m", "--name", "m"], "--emit cpp"),
            (["compile", MODEL, "-o", self.folder / "m", "--emit", "cpp", "--name", "../m"], "'../m'"),
            (["compile", MODEL, "-o", self.folder / "m", "--emit", "cpp", "--config", "npu7"], "npu64, npu256, npu1024"),
            (["info", MODEL, "--config", "npu7"], "npu64, npu256, npu1024"),
            (["info", MODEL, "--profile", "dram"], "sram, flash"),
            (["bench", MODEL], "--output"),
            (["bench", "-o", self.folder / "r"], "MODEL"),
            (["bench", MODEL, "-o", self.folder / "r", "--backend", "model,gpu"], "'gpu'"),
            (["bench", MODEL, "-o", self.folder / "r", "--backend", "model", "--config", "npu7"], "npu64, npu256"),
            (["bench", MODEL, "-o", self.folder / "r", "--backend", "model", "--profile", "tape"], "sram, flash"),
            (["bench", MODEL, "-o", self.folder / "r", "--repetitions", "0"], "--repetitions"),
            (["report", "-o", self.folder / "r"], "RESULTS"),
            (["report", self.folder / "r"], "--output"),
        ):
            with self.subTest(arguments=arguments):
                self.assert_refused(USAGE, clause, *arguments)

    def test_absent_backend(self):
        if has_rtl():
            self.assertEqual(auklet("run", MODEL, "--backend", "rtl").returncode, OK)
        else:
            self.assert_refused(NO_BACKEND, "RTL", "run", MODEL, "--backend", "rtl")


class BadFiles(Case):
    def test_models(self):
        self.assert_refused(USAGE, "none.tflite", "run", self.folder / "none.tflite", "--backend", "cpu")
        self.assert_refused(USAGE, "none.tflite", "info", self.folder / "none.tflite")
        self.assert_refused(USAGE, "none.tflite", "compile", self.folder / "none.tflite", "-o", self.folder / "o")
        for name, data in (("empty", b""), ("text", b"no model"), ("half", MODEL.read_bytes()[:20000])):
            path = self.write(name + ".tflite", data)
            for command in (["run", path, "--backend", "cpu"], ["info", path], ["compile", path, "-o", self.folder / "o"]):
                with self.subTest(model=name, command=command[0]):
                    self.assert_refused(MODEL_REFUSED, path.name, *command)

    def test_inputs(self):
        run = ["run", MODEL, "--backend", "cpu"]
        good = INPUTS[0].read_bytes()
        self.assert_refused(USAGE, "none.bin", *run, "--input", self.folder / "none.bin")
        self.assert_refused(USAGE, "489", *run, "--input", self.write("short.bin", good[:-1]))
        self.assert_refused(USAGE, "1 inputs, but 2", *run, "--input", INPUTS[0], INPUTS[1])
        self.assert_refused(USAGE, "3 steps", *run, "--input", INPUTS[0], "--steps", 3)
        for file, clause in (
            (npy("<f4", (49, 10), 4 * good), "'i1'"),
            (npy("|i1", (10, 49), good), "shape [10, 49]"),
            (npy("|i1", (49, 10), good, fortran=True), "Fortran"),
            (npy("|i1", (49, 10), good[:-1]), "489"),
            (good, ".npy"),
        ):
            with self.subTest(clause=clause):
                self.assert_refused(USAGE, clause, *run, "--input", self.write("in.npy", file))

    def test_expected_and_output_folder(self):
        run = ["run", MODEL, "--backend", "cpu", "--input", INPUTS[0]]
        self.assert_refused(USAGE, "none.bin", *run, "--expect", self.folder / "none.bin")
        self.assert_refused(USAGE, "11", *run, "--expect", self.write("short.bin", bytes(11)))
        file = self.write("file", b"")
        self.assert_refused(USAGE, "cannot write", *run, "--output-dir", file / "folder")
        self.assert_refused(USAGE, "cannot write", "compile", MODEL, "-o", file / "model.tflite")
        self.assert_refused(USAGE, "cannot write", *run, "--trace", file / "trace.json")
        if Path("/dev/full").exists():
            self.assert_refused(USAGE, "cannot write /dev/full", *run, "--trace", "/dev/full")
        if has_rtl():
            self.assert_refused(USAGE, "cannot write", "run", MODEL, "--wave", file / "wave.fst")

    def test_a_difference_is_a_mismatch(self):
        expected = bytearray((KEYWORD / "expected" / INPUTS[0].name).read_bytes())
        expected[5] ^= 1
        wrong = self.write("wrong.bin", expected)
        report = self.run_json(MODEL, "--backend", "cpu", "--input", INPUTS[0], "--expect", wrong, code=MISMATCH)
        self.assertEqual(report["verdict"], "mismatch")
        self.assertEqual((report["difference"]["output"], report["difference"]["element"]), (0, 5))
        self.assertEqual(abs(int(report["difference"]["got"]) - int(report["difference"]["expected"])), 1)
        text = auklet("run", MODEL, "--backend", "cpu", "--input", INPUTS[0], "--expect", wrong)
        self.assertEqual(text.returncode, MISMATCH)
        self.assertIn("verdict: mismatch", text.stdout)
        self.assertIn("output 0, element 5", text.stdout)


class Json(Case):
    KEYS = {"model": str, "backend": str, "config": str, "profile": str, "verdict": str, "cycles": int, "macs": int,
            "npu_macs": int, "utilisation": (int, float), "sim_cycles_per_second": (int, float), "cpu_ops": list,
            "layers": list}
    LAYER_KEYS = {"name": str, "op": str, "where": str, "cycles": int, "macs": int, "bytes": int}

    def test_keys_and_sums(self):
        for backend in BACKENDS:
            with self.subTest(backend=backend):
                report = self.run_json(MODEL, "--backend", backend, "--input", INPUTS[0])
                for key, kind in self.KEYS.items():
                    self.assertIsInstance(report[key], kind, key)
                for layer in report["layers"]:
                    for key, kind in self.LAYER_KEYS.items():
                        self.assertIsInstance(layer[key], kind, key)
                    self.assertIn(layer["where"], ("npu", "cpu"))
                for op in report["cpu_ops"]:
                    self.assertTrue(op["name"])
                    self.assertTrue(op["reason"])
                    self.assertGreater(op["bytes"], 0)
                self.assertEqual((report["backend"], report["config"], report["profile"]), (backend, "npu256", "sram"))
                self.assertEqual(sum(layer["cycles"] for layer in report["layers"]), report["cycles"])
                self.check_causes(report)
                self.assertEqual(sum(layer["macs"] for layer in report["layers"]), report["macs"])
                self.assertEqual(sum(layer["where"] == "cpu" for layer in report["layers"]), len(report["cpu_ops"]))
                self.assertEqual(report["macs"], 2656768)  # As models/keyword/README.md derives it.
                if backend == "cpu":
                    # A build without SIMD kernels has nothing to compare with the reference kernels.
                    self.assertEqual(report["verdict"] == "bit-exact", report["checked"] == "against the CPU reference")
                    self.assertEqual((report["cycles"], report["npu_macs"]), (0, 0))
                else:
                    self.assertEqual((report["verdict"], report["npu_macs"]), ("bit-exact", 2656768))
                    self.assertEqual(report["cpu_ops"], [])
                    self.assertAlmostEqual(report["utilisation"], 2656768 / (256 * report["cycles"]), places=9)
                    self.assertGreater(report["sim_cycles_per_second"], 0)

    def check_causes(self, report):
        """Every cycle of the NPU has one layer and one cause."""
        layers = [layer for layer in report["layers"] if layer["where"] == "npu" and layer["op"]]
        self.assertEqual(sum(layer["cycles"] for layer in layers), report["job_cycles"])
        for layer in layers:
            self.assertEqual(sum(layer["causes"].values()), layer["cycles"], layer["name"])
        for cause, cycles in report["causes"].items():
            self.assertEqual(sum(layer["causes"][cause] for layer in layers), cycles, cause)
        self.assertEqual(report["causes"]["ARRAY"], report["events"]["MAC_ACTIVE"])

    def test_time_on_the_cpu(self):
        for extra in ([], ["--repeat", 3]):
            began = time.monotonic()
            report = self.run_json(MODEL, "--backend", "cpu", "--input", INPUTS[0], "--expect",
                                   KEYWORD / "expected" / INPUTS[0].name, *extra)
            self.assertEqual(report["verdict"], "bit-exact")
            # 2.7 million MACs take longer than a microsecond, and less than the process.
            self.assertGreater(report["inference_seconds"], 1e-6)
            self.assertLess(report["inference_seconds"], time.monotonic() - began)
        self.assertNotIn("inference_seconds", self.run_json(MODEL, "--backend", "model", "--no-check"))

    def test_kernels(self):
        """Both kinds of kernels; nothing is compared with the reference kernels where they alone run."""
        run = ["--backend", "cpu", "--input", INPUTS[0], "--expect", KEYWORD / "expected" / INPUTS[0].name]
        for kernels in ("reference", "optimized"):
            self.assertEqual(self.run_json(MODEL, *run, "--kernels", kernels)["verdict"], "bit-exact")
        report = self.run_json(MODEL, "--backend", "cpu", "--input", INPUTS[0], "--kernels", "reference")
        self.assertEqual(report["verdict"], "unchecked")

    def test_stalls(self):
        for backend in BACKENDS:
            run = ["run", MODEL, "--backend", backend, "--input", INPUTS[0]]
            plain, more = auklet(*run).stdout.split("\n\n"), auklet(*run, "--stalls").stdout.split("\n\n")
            if backend == "cpu":
                self.assertEqual(plain[:-1], more[:-1])
                continue
            self.assertEqual(len(more), len(plain) + 1)
            title, ruler, *rows, _, total = [line for line in more[2].splitlines() if line]
            columns = title.split()
            self.assertEqual(columns[:3], ["#", "layer", "cycles"])
            self.assertLessEqual(len(ruler), 120)
            self.assertEqual(len(rows), 13)
            numbers = [int(text.replace(",", "")) for text in total.replace("all layers", "").split()]
            self.assertEqual(numbers[0], sum(numbers[1:]))
            self.assertEqual(len(numbers), len(columns) - 2)
            report = self.run_json(MODEL, "--backend", backend, "--input", INPUTS[0])
            self.assertEqual(numbers, [report["job_cycles"]] + [report["causes"][c.upper()] for c in columns[3:]])

    def test_info(self):
        result = auklet("info", MODEL, "--json")
        self.assertEqual(result.returncode, OK, result.stderr)
        info = json.loads(result.stdout)
        self.assertEqual((info["compiled"], info["macs"], info["npu_macs"]), (False, 2656768, 2656768))
        self.assertEqual(info["inputs"][0]["shape"], [1, 49, 10, 1])
        self.assertEqual(info["refusals"], [])
        self.assertEqual(len(info["layers"]), 13)
        self.assertGreater(info["sram_peak"], 0)

    def test_info_estimates_what_the_model_takes(self):
        cycles = {}
        for profile in ("sram", "flash"):
            info = json.loads(auklet("info", MODEL, "--json", "--profile", profile).stdout)
            run = self.run_json(MODEL, "--backend", "model", "--profile", profile, "--no-check")
            self.assertTrue(run["cycles_estimated"])
            self.assertEqual(info["profile"], profile)
            self.assertEqual(info["job_cycles"], run["job_cycles"])
            self.assertEqual(info["job_cycles"], sum(layer["cycles"] for layer in info["layers"]))
            self.assertEqual([layer["cycles"] for layer in info["layers"]],
                             [layer["cycles"] for layer in run["layers"] if layer["op"]])
            self.assertEqual(info["layers"][0]["causes"], run["layers"][0]["causes"])
            self.assertGreater(info["cycles"], info["job_cycles"])
            self.assertEqual(info["cycles"], sum(segment["cycles"] for segment in info["segments"]))
            cycles[profile] = info["cycles"]
        self.assertGreater(cycles["flash"], cycles["sram"])

    def test_estimates_are_marked(self):
        text = auklet("run", MODEL, "--backend", "model", "--no-check").stdout
        self.assertIn("est. cycles", text)
        self.assertIn("cycles (estimated) in 1 NPU segment", text)
        self.assertIn("est. cycles", auklet("info", MODEL).stdout)
        self.assertIn("cycles estimated from submission to interrupt, memory profile flash",
                      auklet("info", MODEL, "--profile", "flash").stdout)
        if "rtl" in BACKENDS:
            self.assertNotIn("estimated", auklet("run", MODEL, "--backend", "rtl", "--no-check").stdout)

    def test_text_fits_its_width(self):
        for command in (["run", MODEL, "--backend", "model"], ["info", MODEL]):
            result = auklet(*command)
            self.assertEqual(result.returncode, OK, result.stderr)
            table = [line for line in result.stdout.splitlines() if line[:3].strip().isdigit()]
            self.assertGreaterEqual(len(table), 13)
            for line in table:
                self.assertLessEqual(len(line), 100, line)


class Keyword(Case):
    def test_every_input_gives_the_expected_output(self):
        self.assertEqual(len(INPUTS), 24)
        for backend in BACKENDS:
            for path in INPUTS:
                with self.subTest(backend=backend, input=path.name):
                    expected = KEYWORD / "expected" / path.name
                    report = self.run_json(MODEL, "--backend", backend, "--input", path, "--expect", expected,
                                           "--output-dir", self.folder)
                    self.assertEqual(report["verdict"], "bit-exact")
                    self.assertEqual((self.folder / "out0.bin").read_bytes(), expected.read_bytes())

    def test_every_configuration_and_profile(self):
        for backend in BACKENDS:
            cycles = {}
            for config in ("npu64", "npu256", "npu1024"):
                for profile in ("sram", "flash"):
                    report = self.run_json(MODEL, "--backend", backend, "--input", INPUTS[0], "--config", config,
                                           "--profile", profile, "--expect", KEYWORD / "expected" / INPUTS[0].name)
                    self.assertEqual(report["verdict"], "bit-exact")
                    self.assertEqual((report["config"], report["profile"]), (config, profile))
                    cycles[config, profile] = report["cycles"]
            if backend == "rtl":  # The model's times are estimates.
                self.assertGreater(cycles["npu64", "sram"], cycles["npu256", "sram"])
                self.assertGreater(cycles["npu256", "flash"], cycles["npu256", "sram"])


class Inputs(Case):
    def test_npy(self):
        data = INPUTS[0].read_bytes()
        expected = KEYWORD / "expected" / INPUTS[0].name
        for shape in ((1, 49, 10, 1), (49, 10)):
            path = self.write("in.npy", npy("|i1", shape, data))
            report = self.run_json(MODEL, "--backend", "cpu", "--input", path, "--expect", expected)
            self.assertEqual(report["verdict"], "bit-exact")

    def test_steps_feed_frames_in_order(self):
        frames = self.write("in0.bin", b"".join(path.read_bytes() for path in INPUTS[:3]))
        expected = self.write("expected.bin", b"".join((KEYWORD / "expected" / p.name).read_bytes() for p in INPUTS[:3]))
        for backend in BACKENDS:
            one = self.run_json(MODEL, "--backend", backend, "--input", INPUTS[0])
            report = self.run_json(MODEL, "--backend", backend, "--input", frames, "--steps", 3, "--expect", expected,
                                   "--output-dir", self.folder)
            self.assertEqual(report["verdict"], "bit-exact")
            self.assertEqual((self.folder / "out0.bin").read_bytes(), expected.read_bytes())
            self.assertEqual(report["macs"], 3 * one["macs"])
            self.assertEqual(sum(layer["cycles"] for layer in report["layers"]), report["cycles"])

    def test_random_inputs_follow_the_seed(self):
        outputs = {}
        for seed in (1, 1, 2):
            folder = self.folder / str(len(outputs)) / str(seed)
            self.run_json(MODEL, "--backend", "cpu", "--seed", seed, "--output-dir", folder)
            output = (folder / "out0.bin").read_bytes()
            self.assertEqual(outputs.setdefault(seed, output), output)
        self.assertEqual(len(outputs), 2)

    @unittest.skipUnless(has_rtl(), "this build has no RTL")
    def test_lockstep_changes_nothing(self):
        checked = self.run_json(MODEL, "--check", "model", "--case-dir", self.folder)
        self.assertEqual(checked["verdict"], "bit-exact")
        self.assertEqual(checked["cycles"], self.run_json(MODEL)["cycles"])
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_lockstep_needs_the_rtl_and_the_model(self):
        self.assert_refused(USAGE, "--check takes model", "run", MODEL, "--check", "cpu")
        self.assert_refused(USAGE, "--backend rtl", "run", MODEL, "--backend", "model", "--check", "model")

    def test_deadline(self):
        for backend in BACKENDS[1:]:
            self.assert_refused(DEADLINE, "100 cycles", "run", MODEL, "--backend", backend, "--deadline", 100)


class Compiled(Case):
    def test_a_compiled_model_runs_as_its_source(self):
        path = self.folder / "compiled.tflite"
        result = auklet("compile", MODEL, "-o", path)
        self.assertEqual(result.returncode, OK, result.stderr)
        first = path.read_bytes()
        self.assertEqual(auklet("compile", MODEL, "-o", path).returncode, OK)
        self.assertEqual(path.read_bytes(), first, "compilation is not deterministic")
        info = json.loads(auklet("info", path, "--json").stdout)
        self.assertTrue(info["compiled"])
        self.assertEqual(info["npu_macs"], 2656768)
        expected = KEYWORD / "expected" / INPUTS[0].name
        for backend in BACKENDS[1:]:
            run = [path, "--backend", backend, "--input", INPUTS[0]]
            self.assertEqual(self.run_json(*run)["verdict"], "unchecked")
            self.assertEqual(self.run_json(*run, "--reference", MODEL)["verdict"], "bit-exact")
            report = self.run_json(*run, "--expect", expected)
            self.assertEqual(report["verdict"], "bit-exact")
            plain = self.run_json(MODEL, "--backend", backend, "--input", INPUTS[0])
            self.assertEqual(report["cycles"], plain["cycles"])
            self.assertEqual([(row["name"], row["op"], row["where"], row["cycles"]) for row in report["layers"]],
                             [(row["name"], row["op"], row["where"], row["cycles"]) for row in plain["layers"]])

    def test_refusals(self):
        path = self.folder / "compiled.tflite"
        self.assertEqual(auklet("compile", MODEL, "-o", path, "--config", "npu64").returncode, OK)
        self.assert_refused(MODEL_REFUSED, "npu64", "run", path, "--backend", "model", "--config", "npu256")
        self.assert_refused(MODEL_REFUSED, "the CPU cannot run", "run", path, "--backend", "cpu")
        self.assert_refused(MODEL_REFUSED, "segment", "compile", path, "-o", self.folder / "again.tflite")
        self.assertEqual(self.run_json(path, "--backend", "model")["config"], "npu64")

    def test_a_damaged_segment_is_refused(self):
        path = self.folder / "compiled.tflite"
        self.assertEqual(auklet("compile", MODEL, "-o", path).returncode, OK)
        data = bytearray(path.read_bytes())
        at = data.find(b"AUKS")
        self.assertGreater(at, 0, "no command stream in the file")
        data[at + 48] ^= 1  # Inside the first command.
        damaged = self.write("damaged.tflite", data)
        self.assert_refused(NPU_FAULT, "command stream", "run", damaged, "--backend", "model")


class Code(Case):
    """C++ code: which files it is, and which it never is. What it computes: tests/aot."""

    def emit(self, *arguments, folder=None):
        return auklet("compile", MODEL, "--emit", "cpp", "-o", folder or self.folder / "code", *arguments)

    def test_two_files_and_no_other(self):
        result = self.emit("--json")
        self.assertEqual((result.returncode, result.stderr), (OK, ""))
        folder = self.folder / "code"
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["keyword.cpp", "keyword.hpp"])
        summary = json.loads(result.stdout)
        self.assertEqual((summary["name"], summary["segments"], summary["kernels"]), ("keyword", 1, 0))
        header = (folder / "keyword.hpp").read_text()
        self.assertIn(f"kArenaBytes = {summary['arena_bytes']};", header)
        self.assertIn(hashlib.sha256(MODEL.read_bytes()).hexdigest(), header)
        self.assertNotIn(str(self.folder), header)
        self.assertIn("RAM: arena of", self.emit().stdout)

    def test_equal_models_give_equal_files(self):
        before = {}
        for folder in (self.folder / "one", self.folder / "two", self.folder / "two"):
            self.assertEqual(self.emit("--name", "net", "--config", "npu64", folder=folder).returncode, OK)
            before.setdefault("files", [(folder / name).read_bytes() for name in ("net.hpp", "net.cpp")])
            self.assertEqual([(folder / name).read_bytes() for name in ("net.hpp", "net.cpp")], before["files"])

    def test_foreign_files_are_kept(self):
        (self.folder / "code").mkdir()
        for name in ("keyword.hpp", "keyword.cpp"):
            with self.subTest(file=name):
                path = self.write(f"code/{name}", b"// My own.\n")
                self.assert_refused(USAGE, f"{name} exists", "compile", MODEL, "--emit", "cpp", "-o", path.parent)
                self.assertEqual(path.read_bytes(), b"// My own.\n")
                self.assertEqual(list(path.parent.iterdir()), [path])
                path.unlink()

    def test_links_are_not_followed(self):
        (self.folder / "code").mkdir()
        outside = self.write("outside", b"not to be touched")
        (self.folder / "code" / "keyword.hpp.partial").symlink_to(outside)
        self.assertEqual(self.emit().returncode, OK)
        self.assertEqual(outside.read_bytes(), b"not to be touched")

    def test_bad_folders(self):
        self.assert_refused(USAGE, "folder", "compile", MODEL, "--emit", "cpp", "-o", self.write("file", b""))
        compiled = self.folder / "compiled.tflite"
        self.assertEqual(auklet("compile", MODEL, "-o", compiled).returncode, OK)
        self.assert_refused(MODEL_REFUSED, "segments already", "compile", compiled, "--emit", "cpp", "-o", self.folder)


class TraceCase(Case):
    def trace(self, *arguments):
        """A run's report and its trace, which agree."""
        path = self.folder / "trace" / "run.json"
        report = self.run_json(*arguments, "--trace", path)
        trace = Trace(path)
        events, backend = report["events"], report["backend"]
        self.assertEqual(trace.about["events"], events)
        self.assertEqual(trace.about["backend"], backend)
        self.assertEqual(sum(job["dur"] for job in trace.jobs()), report["cycles"])
        self.assertEqual(trace.total("array", "vector unit"), events["COMPUTE_BUSY"])
        self.assertEqual(trace.total("load DMA"), events["LOAD_BUSY"])
        self.assertEqual(trace.total("store DMA"), events["STORE_BUSY"])
        for number, layer in enumerate(report["layers"]):
            if not layer["op"]:
                continue
            slices = [event for event in trace.layers() if event["args"]["layer"] == number]
            self.assertEqual(sum(event["dur"] for event in slices), layer["cycles"], layer["name"])
            for cause, cycles in layer.get("causes", {}).items():
                self.assertEqual(sum(event["args"]["causes"].get(cause, 0) for event in slices), cycles, cause)
        self.check_causes(trace, report)
        self.check_cpu(trace, report)
        if not trace.jobs():
            return report, trace
        self.assertAlmostEqual(trace.area("array utilisation (%)") / 100, events["MAC_ACTIVE"], places=3)
        if backend == "rtl":
            self.assertEqual(trace.total("command fetch"), events["FETCH_WAIT"])
            self.assertAlmostEqual(trace.area("bytes read a cycle"), BEAT_BYTES * events["AXI_READ_BEATS"], places=3)
            self.assertAlmostEqual(trace.area("bytes written a cycle"), BEAT_BYTES * events["AXI_WRITE_BEATS"], places=3)
        else:  # Its counters say how many beats its commands would take, but not when.
            for counter, track in (("bytes read a cycle", "load DMA"), ("bytes written a cycle", "store DMA")):
                moved = sum(event["args"]["bytes"] for event in trace.slices(track))
                self.assertAlmostEqual(trace.area(counter), moved, places=3)
        return report, trace

    def check_causes(self, trace, report):
        """The array multiplies, and the vector unit works, in slices of their own only."""
        for track, cause in (("array", "ARRAY"), ("vector unit", "VECTOR")):
            inside = sum(event["args"]["causes"].get(cause, 0) for event in trace.slices(track))
            self.assertEqual(inside, report["causes"][cause])
        for event in trace.slices("array") + trace.slices("vector unit"):
            self.assertEqual(sum(event["args"]["causes"].values()), event["dur"], event)

    def check_cpu(self, trace, report):
        """Each operator on the CPU has a slice a frame in the host's time, and a point in the NPU's if there is one."""
        names = [op["name"] for op in report["cpu_ops"]] * report["steps"]
        self.assertEqual([event["args"]["name"] for event in trace.slices("host")], names)
        points = [event["args"]["name"] for event in trace.events if event["ph"] == "i"]
        self.assertEqual(points, names if report["backend"] != "cpu" else [])


class Traces(TraceCase):
    def test_slices_add_up_to_the_counters(self):
        for backend in BACKENDS[1:]:
            for config in ("npu64", "npu256", "npu1024"):
                for profile in ("sram", "flash"):
                    with self.subTest(backend=backend, config=config, profile=profile):
                        run = [MODEL, "--backend", backend, "--config", config, "--profile", profile, "--input", INPUTS[0]]
                        if not holds(backend, config):
                            continue
                        report, trace = self.trace(*run)
                        self.assertEqual(report["verdict"], "bit-exact")
                        self.assertEqual(len(trace.jobs()), 1)
                        for track in TRACKS[1:5]:
                            self.assertTrue(trace.slices(track), f"'{track}' is empty")
                        plain = self.run_json(*run)  # An observed device does the same.
                        self.assertEqual((report["cycles"], report["events"]), (plain["cycles"], plain["events"]))

    def test_frames_follow_each_other(self):
        frames = self.write("in0.bin", b"".join(path.read_bytes() for path in INPUTS[:3]))
        for backend in BACKENDS[1:]:
            with self.subTest(backend=backend):
                _, trace = self.trace(MODEL, "--backend", backend, "--input", frames, "--steps", 3)
                jobs = trace.jobs()
                self.assertEqual([job["name"].split(":")[0] for job in jobs], ["job 0", "job 1", "job 2"])
                for before, after in zip(jobs, jobs[1:]):
                    self.assertGreaterEqual(after["ts"], before["ts"] + before["dur"])

    def test_the_cpu_alone_has_host_time(self):
        report, trace = self.trace(MODEL, "--backend", "cpu", "--input", INPUTS[0])
        self.assertEqual(len(report["cpu_ops"]), 13)
        self.assertEqual([event for event in trace.events if event["pid"] == CYCLES and event["ph"] != "M"], [])

    def test_a_run_that_fails_has_a_trace(self):
        path = self.folder / "trace.json"
        for backend in BACKENDS[1:]:
            with self.subTest(backend=backend):
                self.assert_refused(DEADLINE, "2000 cycles", "run", MODEL, "--backend", backend, "--deadline", 2000,
                                    "--trace", path)
                trace = Trace(path)
                self.assertIn("2000 cycles", trace.about["failure"])
                (job,) = trace.jobs()
                self.assertGreaterEqual(job["dur"], 2000)
                self.assertTrue(any(event["args"].get("completed", True) is False for event in trace.slices("array")))
                self.assertLess(len(trace.slices("array")), 14)

    def test_one_file_is_not_two(self):
        path = self.folder / "both"
        self.assert_refused(USAGE, "same file", "run", MODEL, "--backend", "rtl", "--trace", path, "--wave", path)


def holds(backend, config):
    """Whether this build has the configuration: one without Verilator's model of it says so."""
    return backend != "rtl" or auklet("run", MODEL, "--config", config, "--no-check").returncode != NO_BACKEND


@unittest.skipUnless(has_rtl(), "this build has no RTL")
class Waves(Case):
    def wave(self, *arguments, frames=INPUTS[0]):
        """First and last cycle that a waveform shows, [first, last]."""
        path = self.folder / "run.fst"
        report = self.run_json(MODEL, "--input", frames, "--wave", path, *arguments)
        self.assertEqual(report["verdict"], "bit-exact")
        data = path.read_bytes()
        kind, _, start, end = struct.unpack(">BQQQ", data[:25])
        self.assertEqual(kind, 0, "the file does not begin with FST's header")
        self.assertEqual((start % 1000, end % 1000), (0, 500))  # Both edges of a clock of 1000 units.
        return start // 1000, end // 1000

    def setUp(self):
        super().setUp()
        result = auklet("run", MODEL, "--wave", self.folder / "probe.fst", "--to", 10)
        if result.returncode == NO_BACKEND:
            self.assertIn("AUKLET_TRACE", result.stderr)
            self.skipTest("this build has no waveforms")
        self.assertEqual(result.returncode, OK, result.stderr)
        path = self.folder / "trace.json"
        self.report = self.run_json(MODEL, "--input", INPUTS[0], "--trace", path)
        trace = Trace(path)
        self.charged = trace.layers()
        self.commands = [event for track in TRACKS[1:5] for event in trace.slices(track)]

    def layer_cycles(self, number):
        """From the first cycle charged to the layer to the end of its last command, [begin, end)."""
        begin = min(event["ts"] for event in self.charged if event["args"]["layer"] == number)
        return begin, max(event["ts"] + event["dur"] for event in self.commands if event["args"]["layer"] == number)

    def test_cycles(self):
        self.assertEqual(self.wave("--from", 5000, "--to", 5100), (5000, 5099))
        self.assertEqual(self.wave("--to", 100), (0, 99))
        begin, end = self.wave("--from", 5000)
        self.assertEqual(begin, 5000)
        self.assertGreater(end, 10000)

    def test_layers(self):
        names = [layer["name"] for layer in self.report["layers"]]
        for first, last in ((1, 1), (2, 4), (3, 12)):
            with self.subTest(first=first, last=last):
                begin, end = self.layer_cycles(first)[0], self.layer_cycles(last)[1]
                shown = (begin, end - 1)
                self.assertEqual(self.wave("--from", f"layer:{first}", "--to", f"layer:{last}"), shown)
                self.assertEqual(self.wave("--from", names[first], "--to", names[last]), shown)
                self.assertEqual(self.wave("--from", f"layer:{first}", "--to", begin + 7), (begin, begin + 6))
        # The first layer begins within the register access that starts the job: the recording begins after it.
        begin, end = self.layer_cycles(0)
        first, last = self.wave("--from", "layer:0", "--to", "layer:0")
        self.assertEqual(last, end - 1)
        self.assertIn(first - begin, range(8))
        self.assertEqual(self.wave("--to", "layer:0"), (0, end - 1))

    def test_layers_are_those_of_the_first_frame(self):
        frames = self.write("in0.bin", 3 * INPUTS[0].read_bytes())
        begin, end = self.layer_cycles(2)
        self.assertEqual(self.wave("--steps", 3, "--from", "layer:2", "--to", "layer:2", frames=frames),
                         (begin, end - 1))

    def test_mistakes(self):
        run = ["run", MODEL, "--wave", self.folder / "run.fst"]
        for arguments, clause in (
            (["--from", 300, "--to", 200], "end in cycle 200, before its beginning in cycle 300"),
            (["--from", 300, "--to", 300], "give a later --to"),
            (["--from", "layer:4", "--to", "layer:2"], "give a later --to"),
            (["--from", "layer:10"], "layer 10 ('flat') has no command"),
            (["--from", "layer:13"], "layer:0 to layer:12"),
            (["--to", "no such layer"], "'no such layer' is neither a cycle nor a layer"),
            (["--from", "-3"], "'-3' is neither"),
            (["--from", 10**30], "is neither"),
            (["--from", 10**9], "give an earlier --from"),
        ):
            with self.subTest(arguments=arguments):
                self.assert_refused(USAGE, clause, *run, *arguments)


@unittest.skipUnless(GOLDEN and GOLDEN.is_dir(), "the reference vectors are not here")
class Golden(TraceCase):
    def test_traces(self):
        """The keyword network, a network in several segments with operators on the CPU, and an image classifier."""
        for name, more in (("tiny_kws_dscnn", []), ("esphome_v2_vad", ["--steps", 4]), ("tiny_resnet8", [])):
            for backend in BACKENDS[1:]:
                with self.subTest(model=name, backend=backend):
                    report, trace = self.trace(GOLDEN / name / "model.tflite", "--backend", backend, *more)
                    self.assertEqual(len(trace.jobs()), report["segments"] * report["steps"])

    def test_keyword_spotting(self):
        folder = GOLDEN / "tiny_kws_dscnn"
        cases = [path for path in sorted(folder.iterdir()) if path.is_dir()]
        self.assertGreaterEqual(len(cases), 2)
        for backend in BACKENDS:
            for case in cases:
                with self.subTest(backend=backend, case=case.name):
                    report = self.run_json(folder / "model.tflite", "--backend", backend, "--input", case / "in0.bin",
                                           "--expect", case / "out0.bin")
                    self.assertEqual(report["verdict"], "bit-exact")
                    if backend == "cpu":
                        continue
                    self.assertEqual(report["cpu_ops"], [])
                    if backend == "rtl":
                        self.assertLessEqual(report["cycles"], 46118)  # Ethos-U55-256 on the same file, by its estimator.


if __name__ == "__main__":
    unittest.main()
