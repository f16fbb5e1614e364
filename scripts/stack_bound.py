#!/usr/bin/env python3
"""The worst case of a firmware image's stack, from the compiler's own call graphs; and that nothing recurs.

    scripts/stack_bound.py BUILD IMAGE [--limit BYTES] [--indirect NAME=CALLEE,CALLEE...] [--interrupt NAME=BYTES]

BUILD is the folder of a cross build whose objects were compiled with -fcallgraph-info=su (they leave a .ci file each: GCC's
call graph in VCG, with the frame of every function), IMAGE one of its ELF files. From the entry (main) the deepest path of
calls is taken, and on top of it that of the interrupt handler, which may come at its deepest point.

Functions of libraries and assembler files are not in the graphs: their frames and calls are read off the image's
disassembly, all that a function subtracts from the stack pointer. Calls through pointers are resolved by --indirect, both
sides as regular expressions for the mangled names; callees that begin with `?` may be none. What cannot be bounded fails: an
unresolved call, a pattern that matches nothing, recursion, a frame whose size is not constant.

Exit code 0: bounded, and within the limit. Prints the deepest path.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
FRAME = re.compile(r"(\d+) bytes \((static|dynamic|dynamic,bounded)\)")
INDIRECT = "__indirect_call"


def short(title):
    return title.split(":")[-1]


class Graph:
    def __init__(self):
        self.frames, self.titles, self.calls, self.dynamic = {}, {}, {}, set()

    def read(self, path):
        text = path.read_text(encoding="utf-8")
        # A static function's title begins with its file's name: two files may have one of the same name.
        for title, label in NODE.findall(text):
            frame = FRAME.search(label)
            if frame:
                self.frames[title] = max(self.frames.get(title, 0), int(frame.group(1)))
                self.titles.setdefault(short(title), []).append(title)
                if frame.group(2) == "dynamic":
                    self.dynamic.add(title)
        for source, target in EDGE.findall(text):
            self.calls.setdefault(source, set()).add(target)


HEAD = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
CALL = re.compile(r"\s(jal|j|call|tail|bl|b|b\.n|b\.w)\s.*<([^>+]+)>$")
LINKS = ("jal", "call", "bl")
THROUGH_POINTER = re.compile(r"\s(?:jalr|blx\s+r\d)")  # A jump alone (jr, bx) is a return, or stays inside: memset's table.
UNBOUNDED = re.compile(r"\b(?:add|sub|mv|mov)(?:\.w)?\s+sp, ?(?:sp, ?)?(?:[atsr]\d+|ip|fp)\b")
GROWTH = (
    (re.compile(r"\baddi?\s+sp,sp,-(\d+)"), lambda match: int(match.group(1))),
    (re.compile(r"\bsub(?:\.w|w)?\s+sp,(?: sp,)? ?#(\d+)"), lambda match: int(match.group(1))),
    (re.compile(r"\b(?:push|stmdb\s+sp!,)\s*\{([^}]*)\}"), lambda match: 4 * registers(match.group(1))),
    (re.compile(r"\bstr(?:d)?(?:\.w)?\s.*\[sp, #-(\d+)\]!"), lambda match: int(match.group(1))),
)


def registers(listed):
    """How many registers an Arm register list names."""
    return sum(int(part.split("-")[1].strip(" r")) - int(part.split("-")[0].strip(" r")) + 1 if "-" in part else 1
               for part in listed.split(","))


class Image:
    """What the image says: every name of a function, and the frames and calls of those that no call graph knows."""

    def __init__(self, objdump, path):
        table = subprocess.run([objdump, "-t", path], capture_output=True, text=True, check=True).stdout
        self.addresses, self.names = {}, {}
        for line in table.splitlines():
            symbol = re.match(r"([0-9a-f]+) .{7} \.text\s+[0-9a-f]+ (?:\.hidden )?(\S+)$", line)
            if symbol:
                self.addresses[symbol.group(2)] = symbol.group(1)
                self.names.setdefault(symbol.group(1), []).append(symbol.group(2))
        self.unbounded, self.pointers = set(), set()
        listing = subprocess.run([objdump, "-d", "--no-show-raw-insn", path], capture_output=True, text=True,
                                 check=True).stdout
        self.frames, self.calls = {}, {}
        name = None
        for line in listing.splitlines():
            head = HEAD.match(line)
            if head:
                name = head.group(1)
                self.frames[name], self.calls[name] = 0, set()
                continue
            for pattern, size in GROWTH:
                match = pattern.search(line)
                if match:
                    self.frames[name] += size(match)
            if UNBOUNDED.search(line):
                self.unbounded.add(name)
            if THROUGH_POINTER.search(line):
                self.pointers.add(name)
            call = CALL.search(line)
            # A jump to its own beginning is a loop.
            if call and (call.group(2) != name or call.group(1) in LINKS):
                self.calls[name].add(call.group(2))

    def aliases(self, name):
        """All names of the function, its own first: a constructor has two."""
        return [name, *(other for other in self.names.get(self.addresses.get(name), []) if other != name)]


class Bound:
    def __init__(self, graph, image, indirect):
        self.graph, self.image, self.indirect = graph, image, indirect
        self.known, self.open = {}, []

    def callees(self, title):
        if title not in self.graph.frames:
            yield from sorted(self.image.calls.get(title, ()))
            if title in self.image.pointers:
                yield from self.through_pointers(title)
            return
        for target in sorted(self.graph.calls.get(title, ())):
            if target != INDIRECT:
                yield target
            else:
                yield from self.through_pointers(title)

    def through_pointers(self, title):
        found = [callees for pattern, callees in self.indirect.items() if re.search(pattern, title)]
        if not found:
            sys.exit(f"stack_bound.py: {title} calls through a pointer; say what with --indirect.")
        for pattern in (pattern for callees in found for pattern in callees):
            titles = [name for name in self.graph.frames if re.search(pattern.lstrip("?"), name)]
            if not titles and not pattern.startswith("?"):
                sys.exit(f"stack_bound.py: no function matches '{pattern}', which {title} is said to call.")
            yield from titles

    def resolve(self, title):
        """The title that a call graph has for the function, if any has: with its own file's name first."""
        file = title[:len(title) - len(short(title))]
        for name in self.image.aliases(short(title)):
            for candidate in (file + name, name, *self.graph.titles.get(name, ())):
                if candidate in self.graph.frames:
                    return candidate
        return title

    def deepest(self, title):
        """(bytes, path) of the deepest calls from `title` on, itself included."""
        title = self.resolve(title)
        if title in self.known:
            return self.known[title]
        if title in self.open:
            loop = self.open[self.open.index(title):] + [title]
            sys.exit("stack_bound.py: recursion: " + " -> ".join(map(short, loop)))
        if title in self.graph.dynamic:
            sys.exit(f"stack_bound.py: {title} takes as much stack as its arguments say.")
        frame = self.graph.frames.get(title)
        if frame is None:
            listed = next((name for name in self.image.aliases(short(title)) if name in self.image.frames), None)
            if listed is None:
                if short(title) in self.image.addresses:
                    sys.exit(f"stack_bound.py: {title} is linked, but neither call graph nor disassembly have it.")
                return 0, []  # Not linked: the optimiser or the linker has found that nobody calls it.
            if listed in self.image.unbounded:
                sys.exit(f"stack_bound.py: {title} moves the stack pointer by a register.")
            title, frame = listed, self.image.frames[listed]
        self.open.append(title)
        below = max((self.deepest(callee) for callee in self.callees(title)), default=(0, []))
        self.open.pop()
        self.known[title] = (frame + below[0], [(short(title), frame), *below[1]])
        return self.known[title]


def pairs(words, convert):
    return {word.split("=", 1)[0]: convert(word.split("=", 1)[1]) for word in words}


def demangled(names):
    done = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def print_path(what, bytes_, path):
    print(f"{what}: {bytes_} bytes")
    for (_, frame), name in zip(path, demangled([name for name, _ in path])):
        print(f"  {frame:6}  {name[:110]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("image")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--indirect", action="append", default=[])
    parser.add_argument("--objdump", default="objdump", help="of the image's processor")
    parser.add_argument("--interrupt", action="append", default=[], help="NAME=BYTES: handler, and what entering it takes")
    parser.add_argument("--output", type=Path, help="write the number to this file, too")
    parser.add_argument("--quiet", action="store_true", help="one line")
    arguments = parser.parse_args()
    graph = Graph()
    listed = subprocess.run(["ninja", "-C", arguments.build, "-t", "inputs", arguments.image], capture_output=True, text=True,
                            check=True).stdout.split("\n")
    for name in listed:
        info = (arguments.build / name).with_suffix(".ci") if name.endswith(".obj") else None
        if info is not None and info.exists():
            graph.read(info)
    image = Image(arguments.objdump, arguments.build / arguments.image)
    bound = Bound(graph, image, pairs(arguments.indirect, lambda text: text.split(",")))
    depth, path = bound.deepest("main")
    total = depth
    if not arguments.quiet:
        print_path(f"{arguments.image}: main", depth, path)
    for name, entry in pairs(arguments.interrupt, int).items():
        handler, handler_path = bound.deepest(name)
        total += entry + handler
        if not arguments.quiet:
            print_path(f"interrupt: {entry} bytes on entry, then", handler, handler_path)
    if arguments.output:
        arguments.output.write_text(f"{total}\n", encoding="utf-8")
    limit = arguments.limit
    print(f"{arguments.image}: stack at most {total} bytes" + (f" of {limit}" if limit else ""))
    return 1 if limit is not None and total > limit else 0


if __name__ == "__main__":
    sys.exit(main())
