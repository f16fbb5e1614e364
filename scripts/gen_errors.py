#!/usr/bin/env python3
"""Writes docs/errors.md: every exit code, fault and error code with its meaning and what to do about it.

    scripts/gen_errors.py           write the page
    scripts/gen_errors.py --check   write nothing; fail when the page is not what this would write

Meanings come from the headers and spec/auklet.yaml, where the codes are defined; what to do is in ADVICE, below. A code
without advice, and advice without a code, end with one sentence on stderr and exit code 1.
"""

import argparse
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/errors.md"

ENUMERATOR = re.compile(r"^\s*(k\w+)(?:\s*=\s*(\d+))?\s*,\s*(?:///<\s*(.*))?$")
GROUP = re.compile(r"^\s*//\s*([^/].*)$")

CALL = "Correct the call."
COMPILE = "Compile the model again, with the compiler of the driver's release and for this hardware."
STREAM = "The stream is damaged or of another release: compile the model again."

ADVICE = {
    "exit": {
        "kOk": "Nothing.",
        "kMismatch": "Read the first difference in the report. With no other files than this project's, please report it.",
        "kUsage": "Correct what the sentence names; `auklet --help` lists the options.",
        "kModelRefused": "Export the model again, or see with `auklet info` which operator is refused and why.",
        "kNpuFault": "The sentence names the fault: see [faults](#faults-of-the-npu).",
        "kDeadline": "Raise `--deadline`; a job that still does not end is a defect.",
        "kNoBackend": "Install what `scripts/setup.sh` installs and configure again: without Verilator there is no `rtl`.",
        "kInternal": "Please report it with the model.",
    },
    "fault": {
        "NONE": "Nothing.",
        "COMMAND": "Look up the command error below. It means that the stream was not checked by the driver, or was "
                   "changed after the check.",
        "ADDRESS": "Grant the window that the transfer names, with its size and direction. FAULT_OFFSET has the command.",
        "AXI_SLVERR": "The memory system is there but refuses: check power, clock and protection of the memory at FAULT_ADDR.",
        "AXI_DECERR": "Nothing answers at FAULT_ADDR: check the bus address that the port translates buffers to.",
        "INDEX": "An embedding lookup's input asks for a row that the table does not have, where TensorFlow Lite reports an "
                 "error, too: correct the input. FAULT_ADDR has the index's place, FAULT_OFFSET the command.",
        "INTEGRITY": "Reset the device and run the job again: a particle, a voltage or a temperature flipped the bits, and all "
                     "words are written anew. If it comes again at the same FAULT_ADDR, that memory is broken.",
        "WATCHDOG": "A transfer never finished: check the memory system's handshakes. If memory is that slow, raise WATCHDOG.",
    },
    "command_error": {
        "NONE": "Nothing.",
        "MAGIC": "CMD_BASE does not point at a command stream, or its bytes are swapped, or the cache was not cleaned.",
        "VERSION": COMPILE,
        "CONFIG": "Compile the model for this configuration.",
        "LENGTH": "Give the stream's exact length.",
        "OPCODE": STREAM,
        "WORDS": STREAM,
        "RESERVED": STREAM,
        "FIELD": STREAM,
        "TRUNCATED": STREAM,
    },
    "driver": {
        "kOk": "Nothing.",
        "kPending": "Ask again, or wait().",
        "kTooManyWindows": "Use fewer buffers; neighbours in memory may share a window.",
        "kWindowRange": CALL,
        "kWindowAccess": "Grant reading, writing or both.",
        "kBufferUnreachable": "Place the buffer in memory that the NPU reaches, or correct the port's translate().",
        "kBufferSharesCacheLine": "Align the buffer to a cache line and round its size up to one.",
        "kStreamMisaligned": "Align the stream to 16 bytes.",
        "kCounterRange": CALL,
        "kEventUnknown": CALL,
        "kAxiAttributeRange": CALL,
        "kUnknownTag": "Take each result once, with the tag that submit() gave.",
        "kNullArgument": CALL,
        "kNotProbed": "Call probe() first.",
        "kNoDevice": "Check the register base address, the NPU's clock and its reset.",
        "kHardwareVersion": "Use the driver of the hardware's release.",
        "kStreamVersionUnsupported": "Use the driver of the hardware's release.",
        "kHardwareConfig": "Add the configuration to spec/auklet.yaml and generate, or correct the RTL's parameters.",
        "kBusy": "Try again when the job has ended.",
        "kQueueFull": "Take results with wait() or poll() first.",
        "kDeviceFaulted": "Read the fault, then call soft_reset().",
        "kStartRefused": "Read STATUS: something else drives the device. One driver a device.",
        "kBadState": "Reset the hardware: the register bus or the device is broken.",
        "kPowerRefused": "Try again later, or see why the port's power_on() says no.",
        "kReentered": "Call only on_interrupt() from a handler, and nothing from a hook.",
        "kTimeout": "Raise the deadline; JobResult::progress tells how far the job came.",
        "kCancelled": "Nothing: the caller asked for it.",
        "kResetTimeout": "Reset the hardware, or wait longer and try again.",
        "kPortIsolated": "A memory transfer never completed: repair the memory system or reset it, then soft_reset().",
        "kClearTimeout": "Wait longer; a device that stays busy has to be reset.",
        "kFaultCommand": "See COMMAND under [faults](#faults-of-the-npu).",
        "kFaultAddress": "See ADDRESS under [faults](#faults-of-the-npu).",
        "kFaultAxiSlverr": "See AXI_SLVERR under [faults](#faults-of-the-npu).",
        "kFaultAxiDecerr": "See AXI_DECERR under [faults](#faults-of-the-npu).",
        "kFaultWatchdog": "See WATCHDOG under [faults](#faults-of-the-npu).",
        "kFaultIndex": "See INDEX under [faults](#faults-of-the-npu).",
        "kFaultIntegrity": "See INTEGRITY under [faults](#faults-of-the-npu).",
        "kFaultUnknown": "Use the driver of the hardware's release.",
        "kStreamLength": STREAM,
        "kStreamMagic": "Point at a command stream.",
        "kStreamVersion": COMPILE,
        "kStreamMacs": "Compile the model for this configuration.",
        "kStreamSram": "Compile the model for this configuration.",
        "kStreamChecksum": STREAM,
        "kStreamReserved": STREAM,
        "kStreamOpcode": STREAM,
        "kStreamWords": STREAM,
        "kStreamTruncated": STREAM,
        "kStreamField": STREAM,
        "kStreamNoEnd": STREAM,
        "kStreamTrailing": STREAM,
        "kStreamCommandCount": STREAM,
        "kStreamTooManyCommands": "Split the model into several jobs.",
        "kStreamWindowUnset": "Give a buffer for every window that the stream uses.",
        "kStreamWindowAccess": "Grant the direction that the stream needs.",
        "kStreamWindowRange": "Give buffers of the sizes that the stream was compiled for.",
        "kStreamSramRange": STREAM,
        "kStreamWait": STREAM,
        "kStreamDeadlock": STREAM,
    },
}


class DocsError(Exception):
    """Codes and their advice contradict each other; the message is one sentence."""


def codes_of(header, enumeration):
    """(group, name, value, meaning) of every enumerator; `group` is the // comment above, None before the first."""
    text = (ROOT / header).read_text(encoding="utf-8")
    match = re.search(rf"enum class {enumeration}\b[^{{]*{{\n(.*?)\n}};", text, re.S)
    if not match:
        raise DocsError(f"{header}: there is no 'enum class {enumeration}'.")
    # An enumerator whose value was wrapped to the next line is one line again.
    body = re.sub(r"=\s*\n\s*", "= ", match.group(1))
    found, group, value, in_group = [], None, -1, False
    for line in body.split("\n"):
        if code := ENUMERATOR.match(line):
            value = int(code[2]) if code[2] else value + 1
            if not code[3]:
                raise DocsError(f"{header}: {code[1]} has no comment.")
            found.append([group, code[1], value, code[3]])
            in_group = False
        elif comment := re.match(r"^\s*///<\s*(.*)$", line):
            found[-1][3] += " " + comment[1]
        elif comment := GROUP.match(line):
            group = f"{group} {comment[1]}" if in_group else comment[1]
            in_group = True
        elif line.strip():
            raise DocsError(f"{header}: cannot read '{line.strip()}' in enum {enumeration}.")
    return found


def table(rows, head):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def advise(kind, names):
    """The advice of `kind`, after checking that it is about exactly these names."""
    for name in names:
        if name not in ADVICE[kind]:
            raise DocsError(f"{name} has no advice in scripts/gen_errors.py.")
    for name in ADVICE[kind]:
        if name not in names:
            raise DocsError(f"scripts/gen_errors.py has advice for {name}, which does not exist.")
    return ADVICE[kind]


def exit_codes():
    codes = codes_of("compiler/cli/include/auklet/app/failure.hpp", "ExitCode")
    advice = advise("exit", [name for _, name, _, _ in codes])
    return table([(value, meaning, advice[name]) for _, name, value, meaning in codes],
                 ("code", "meaning", "what to do"))


def spec_values(spec, kind):
    values = spec["enums"][kind]["values"]
    advice = advise(kind, list(values))
    return table([(v["value"], name, v["doc"] + ".", advice[name]) for name, v in values.items()],
                 ("value", "name", "meaning", "what to do"))


def driver_codes():
    codes = codes_of("driver/include/auklet/npu/status.hpp", "Status")
    advice = advise("driver", [name for _, name, _, _ in codes])
    parts, rows, last = [], [], None
    for group, name, value, meaning in codes + [("end", "", 0, "")]:
        if group != last:
            parts.append(table(rows, ("value", "code", "meaning", "what to do")))
            parts.append(group)
            rows, last = [], group
        rows.append((value, f"`{name}`", meaning, advice.get(name, "")))
    return "\n\n".join(parts[:-1])


def plain_codes(header, enumeration="Status"):
    return table([(value, f"`{name}`", meaning) for _, name, value, meaning in codes_of(header, enumeration)],
                 ("value", "code", "meaning"))


def page():
    spec = yaml.safe_load((ROOT / "spec/auklet.yaml").read_text(encoding="utf-8"))
    return f"""<!-- Written by scripts/gen_errors.py from the headers and spec/auklet.yaml. Do not edit. -->
# Errors, and what to do about them

Every call and every command ends with one of these. Nothing fails silently: an operator that falls back to the CPU is
listed with its reason, a job that faulted says where.

## Exit codes of `auklet`

An error is one sentence on stderr.

{exit_codes()}

## Faults of the NPU

The hardware records the first fault in FAULT_CAUSE, stops, and raises one interrupt. Registers are described in
[gen/registers.md](gen/registers.md). After the driver's `soft_reset()` (which ends every faulted job) the next job runs as
if nothing had happened.

{spec_values(spec, "fault")}

Command errors, with fault COMMAND:

{spec_values(spec, "command_error")}

## Driver: `auklet::npu::Status`

The C interface has the same values (`AUKLET_NPU_...`).

{driver_codes()}

## Operator calls: `auklet::runtime::Status` and `Reason`

{plain_codes("driver/runtime/include/auklet/runtime/report.hpp")}

Why an operator does not, or did not, run on the NPU:

{plain_codes("driver/runtime/include/auklet/runtime/report.hpp", "Reason")}

## Networks in C++: `auklet::runtime::NetworkStatus`

How a run of an emitted network ([aot.md](aot.md)) ended; `explain()` gives the driver's or the kernel's own reason.

{plain_codes("driver/runtime/include/auklet/runtime/network.hpp", "NetworkStatus")}

## Planner: `auklet::plan::Status`

The operator or its memory does not fit what the NPU can do; run it on the CPU or change it.

{plain_codes("driver/plan/include/auklet/plan/status.hpp")}

## Kernels: `auklet::kernels::Status`

An argument does not fit. Nothing was written; correct the call.

{plain_codes("kernels/include/auklet/kernels/status.hpp")}
"""


def main():
    parser = argparse.ArgumentParser(description="Writes docs/errors.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is not current")
    check = parser.parse_args().check
    try:
        text = page()
    except DocsError as error:
        print(f"gen_errors: {error}", file=sys.stderr)
        return 1
    if not check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print("gen_errors: docs/errors.md is not current; run scripts/gen_errors.py.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
