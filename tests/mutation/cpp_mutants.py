#!/usr/bin/env python3
"""Copies the source tree with mutants of the driver in it, all of them switched off.

  cpp_mutants.py MUTANTS.yaml TREE OUTPUT

Finds expressions and statements in clang's syntax tree and wraps them in calls of mutation.hpp: a program started with
AUKLET_MUTANT=N in its environment has mutant N. Writes OUTPUT/tree (the tracked files of TREE) and OUTPUT/mutants.json
(number, group, file, line, column, and what it is).

  < <= > >= == !=    neighbour and opposite     a && b, a || b    the other one, a, b
  + - * / % << >>    opposite                   !a, if (a)        opposite
  & | ^              another one                a += b, ++a       opposite
  1                  one more, one less         a = b; f();       left out
  return, break, continue under an if           left out
"""
import argparse
import bisect
import json
import pathlib
import re
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
COMPARE = {"<": ("Less", "LessEqual", "GreaterEqual"), "<=": ("LessEqual", "Less", "Greater"),
           ">": ("Greater", "GreaterEqual", "LessEqual"), ">=": ("GreaterEqual", "Greater", "Less"),
           "==": ("Equal", "NotEqual"), "!=": ("NotEqual", "Equal")}
ARITHMETIC = {"+": ("Add", "Subtract"), "-": ("Subtract", "Add"), "*": ("Multiply", "Add"), "/": ("Divide", "Multiply"),
              "%": ("Remainder", "Divide"), "<<": ("Left", "Right"), ">>": ("Right", "Left"), "&": ("And", "Or"),
              "|": ("Or", "And"), "^": ("Xor", "Or")}
SIGNS = {"LessEqual": "<=", "GreaterEqual": ">=", "Less": "<", "Greater": ">", "Equal": "==", "NotEqual": "!=",
         "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "Left": "<<", "Right": ">>", "And": "&", "Or": "|"}
ASSIGN = {"+=": "-=", "-=": "+=", "*=": "+=", "|=": "&=", "&=": "|=", "<<=": ">>=", ">>=": "<<=", "^=": "|="}
STEP = {"++": "--", "--": "++"}
# What holds only constants, or declares.
CONSTANT = {"ConstantExpr", "StaticAssertDecl", "EnumDecl", "TemplateArgument", "RequiresExpr", "ConceptDecl",
            "ConceptSpecializationExpr", "UnaryExprOrTypeTraitExpr", "ClassTemplateSpecializationDecl", "TypeAliasDecl",
            "FriendDecl", "CXXDeductionGuideDecl", "SizeOfPackExpr", "DecltypeType", "CXXNoexceptExpr"}
STATEMENTS = {"CallExpr", "CXXMemberCallExpr", "CXXOperatorCallExpr", "BinaryOperator", "CompoundAssignOperator",
              "UnaryOperator", "ExprWithCleanups", "CStyleCastExpr"}
JUMPS = {"ReturnStmt", "BreakStmt", "ContinueStmt"}
KINDS = ("jump", "statement", "opposite", "assign", "binary", "constant")
BODIES = {"CompoundStmt": 0, "IfStmt": 1, "ForStmt": 3, "WhileStmt": 1, "CXXForRangeStmt": 7, "CaseStmt": 1}


def dump(unit: str, includes: list, tree: pathlib.Path) -> list:
    """clang's syntax trees of the driver's declarations in a file; every location has its file."""
    command = ["clang++-19", "-std=c++20", "-x", "c++", "-I.", *(f"-I{i}" for i in includes), "-fsyntax-only",
               "-Xclang", "-ast-dump=json", "-Xclang", "-ast-dump-filter=auklet::npu", "-"]
    text = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True, input=f'#include "{unit}"\n').stdout
    trees, at, decoder = [], text.find("{"), json.JSONDecoder()
    while at >= 0:
        one, at = decoder.raw_decode(text, at)
        trees.append(one)
        at = text.find("{", at)
    # clang names a file only when it differs from the location before.
    last = ""

    def name_files(value) -> None:
        nonlocal last
        if isinstance(value, list):
            for item in value:
                name_files(item)
        elif isinstance(value, dict):
            if "offset" in value:
                last = value.get("file", last)
                value["file"] = last
            for key, item in value.items():
                if key != "includedFrom":
                    name_files(item)

    name_files(trees)
    return trees


class Site:
    """A place in a file, [begin, end), and how its text is made of that of its parts."""

    def __init__(self, begin: int, end: int, mutants: list, render):
        self.begin, self.end, self.mutants, self.render = begin, end, mutants, render
        self.number = 0


class Finder:
    """Sites of one file."""

    def __init__(self, path: str, text: str):
        self.path, self.text, self.sites = path, text, {}

    def span(self, node: dict):
        """[begin, end) of a node that lies in the file and not in a macro."""
        begin, end = node.get("range", {}).get("begin", {}), node.get("range", {}).get("end", {})
        if "offset" not in begin or "offset" not in end:
            return None
        if pathlib.PurePath(begin["file"]) != pathlib.PurePath(self.path) or begin["file"] != end["file"]:
            return None
        return begin["offset"], end["offset"] + end["tokLen"]

    def add(self, kind: str, span: tuple, mutants: list, render) -> None:
        """A site, once: a template is there more than once. Of two with the same text the first of KINDS is around the other."""
        self.sites.setdefault((span[0], -span[1], KINDS.index(kind)), Site(*span, mutants, render))

    def visit(self, node: dict, parents: list) -> None:
        """Finds sites in a node and below."""
        kind = node.get("kind", "")
        if kind in CONSTANT or node.get("constexpr") and kind == "VarDecl" or node.get("isImplicit") and kind != "ImplicitCastExpr":
            return
        span = self.span(node)
        if span:
            self.statement(node, span, parents)
            self.expression(node, kind, span, parents)
        # What a range-based for declares is not there in the text; its body comes last.
        children = node.get("inner", [])
        for child in children[-1:] if kind == "CXXForRangeStmt" else children:
            if child:
                self.visit(child, [*parents, (node, child)])

    def statement(self, node: dict, span: tuple, parents: list) -> None:
        """A statement that can be left out."""
        if not parents:
            return
        kind, parent = node["kind"], parents[-1][0]
        # By identity: the dump repeats no node in a body.
        places = [i for i, child in enumerate(parent.get("inner", [])) if child is node]
        body = parent["kind"] in BODIES and (parent["kind"] == "CompoundStmt" or (places and places[0] >= BODIES[parent["kind"]]))
        if not body:
            return
        if kind in JUMPS and self.conditional(parents):
            end = self.text.index(";", span[1]) + 1 if self.text[span[1] - 1] != ";" else span[1]
            self.add("jump", (span[0], end), [f"without `{self.short(span)}`"],
                     lambda number, inner, s=span: f"{{ if (::auklet::mutation::keep({number})) {inner(s[0], s[1])}; }}")
            return
        if kind not in STATEMENTS or kind == "BinaryOperator" and node.get("opcode") != "=":
            return
        self.add("statement", span, [f"without `{self.short(span)}`"],
                 lambda number, inner, s=span: f"(::auklet::mutation::keep({number}) ? static_cast<void>({inner(*s)}) : static_cast<void>(0))")

    @staticmethod
    def conditional(parents: list) -> bool:
        """Whether the statement is the body of an if, alone or in a block."""
        if parents[-1][0]["kind"] == "IfStmt":
            return True
        return parents[-1][0]["kind"] == "CompoundStmt" and len(parents) > 1 and parents[-2][0]["kind"] == "IfStmt"

    def expression(self, node: dict, kind: str, span: tuple, parents: list) -> None:
        """An expression that can be another one."""
        opcode, inner = node.get("opcode"), node.get("inner", [])
        if kind == "BinaryOperator" and len(inner) == 2:
            left, right = self.span(inner[0]), self.span(inner[1])
            if not left or not right:
                return
            self.binary(opcode, span, left, right)
        elif kind == "CompoundAssignOperator" and opcode in ASSIGN and self.whole_statement(parents):
            left, right = self.span(inner[0]), self.span(inner[1])
            if left and right:
                self.add("assign", span, [f"`{opcode}` is `{ASSIGN[opcode]}`"],
                         lambda n, i, l=left, r=right, o=opcode:
                         f"(::auklet::mutation::is({n}) ? static_cast<void>({i(*l)} {ASSIGN[o]} {i(*r)}) : static_cast<void>({i(*l)} {o} {i(*r)}))")
        elif kind == "UnaryOperator" and opcode in STEP and self.whole_statement(parents):
            operand = self.span(inner[0])
            if operand:
                self.add("assign", span, [f"`{opcode}` is `{STEP[opcode]}`"],
                         lambda n, i, s=operand, o=opcode:
                         f"(::auklet::mutation::is({n}) ? static_cast<void>({STEP[o]}{i(*s)}) : static_cast<void>({o}{i(*s)}))")
        elif kind == "UnaryOperator" and opcode == "!":
            self.opposite(span)
        elif kind in ("IfStmt", "WhileStmt", "ConditionalOperator") and not node.get("isConstexpr") and not node.get("hasVar"):
            condition = inner[1 if node.get("hasInit") else 0] if inner else None
            while condition and condition["kind"] in ("ImplicitCastExpr", "ExprWithCleanups"):
                condition = condition["inner"][0]
            compared = condition and condition["kind"] == "BinaryOperator" and condition["opcode"] in (*COMPARE, "&&", "||")
            negated = condition and condition["kind"] == "UnaryOperator" and condition["opcode"] == "!"
            if condition and not compared and not negated and self.span(condition):
                self.opposite(self.span(condition))
        elif kind == "IntegerLiteral" and not self.in_braces(parents):
            mutants = [f"{self.short(span)} is one more"] + ([] if re.fullmatch(r"0[uUlL]*", self.short(span)) else [f"{self.short(span)} is one less"])
            self.add("constant", span, mutants, lambda n, i, s=span: f"::auklet::mutation::constant({n}, {i(*s)})")

    def opposite(self, span: tuple) -> None:
        """A condition turned round."""
        self.add("opposite", span, [f"not `{self.short(span)}`"],
                 lambda n, i, s=span: f"::auklet::mutation::condition({n}, static_cast<bool>({i(*s)}))")

    def binary(self, opcode: str, span: tuple, left: tuple, right: tuple) -> None:
        """A comparison, a logical or an arithmetic operator."""
        if opcode in COMPARE or opcode in ARITHMETIC:
            names = (COMPARE.get(opcode) or ARITHMETIC[opcode])
            types = ", ".join(f"::auklet::mutation::{name}" for name in names)
            self.add("binary", span, [f"`{self.short(span)}` with `{SIGNS[name]}`" for name in names[1:]],
                     lambda n, i: f"::auklet::mutation::binary<{types}>({n}, {i(*left)}, {i(*right)})")
        elif opcode in ("&&", "||"):
            function, other = ("both", "||") if opcode == "&&" else ("either", "&&")
            self.add("binary", span, [f"`{self.short(span)}` with `{other}`", f"`{self.short(left)}` alone of `{self.short(span)}`",
                                      f"`{self.short(right)}` alone of `{self.short(span)}`"],
                     lambda n, i: f"::auklet::mutation::{function}({n}, static_cast<bool>({i(*left)}), "
                                  f"[&]() -> bool {{ return static_cast<bool>({i(*right)}); }})")

    @staticmethod
    def whole_statement(parents: list) -> bool:
        """Whether an expression's value is not used."""
        return bool(parents) and (parents[-1][0]["kind"] in ("CompoundStmt", "IfStmt", "CXXForRangeStmt")
                                  or parents[-1][0]["kind"] == "ForStmt")

    @staticmethod
    def in_braces(parents: list) -> bool:
        """Whether a literal is what braces initialise: narrowing is allowed for constants alone."""
        for parent, _ in reversed(parents):
            if parent["kind"] in ("InitListExpr", "CXXUnresolvedConstructExpr", "CXXTemporaryObjectExpr"):
                return True
            if parent["kind"] not in ("ImplicitCastExpr", "UnaryOperator", "CXXFunctionalCastExpr"):
                return False
        return False

    def short(self, span: tuple) -> str:
        """The text in one line."""
        return " ".join(self.text[span[0]:span[1]].encode("latin-1").decode().split())

    def render(self) -> str:
        """The text with all sites in it."""
        ordered = [site for _, site in sorted(self.sites.items(), key=lambda item: item[0])]
        begins = [site.begin for site in ordered]

        def inner(begin: int, end: int, first: int) -> str:
            out, at, index = [], begin, max(first, bisect.bisect_left(begins, begin))
            while index < len(ordered) and ordered[index].begin < end:
                site = ordered[index]
                if site.begin < at or site.end > end:
                    index += 1
                    continue
                out.append(self.text[at:site.begin])
                out.append(site.render(site.number, lambda b, e, i=index: inner(b, e, i + 1)))
                at, index = site.end, index + 1
            return "".join([*out, self.text[at:end]])

        return inner(0, len(self.text), 0)


def find(entry: dict, includes: list, tree: pathlib.Path) -> list:
    """Finders, with their sites, of the files of an entry."""
    trees = dump(entry["unit"], includes, tree)
    # clang counts bytes: a character a byte.
    finders = [Finder(path, (tree / path).read_bytes().decode("latin-1")) for path in entry["files"]]
    for finder in finders:
        for one in trees:
            finder.visit(one, [])
    return finders


def number(finder: Finder, group: str, left_out: set, mutants: list) -> None:
    """Numbers the sites of a file; those that are left out go."""
    for key, site in sorted(finder.sites.items()):
        line = finder.text.count("\n", 0, site.begin) + 1
        if any((finder.path, what) in left_out for what in site.mutants):
            del finder.sites[key]
            continue
        site.number = len(mutants) + 1
        for what in site.mutants:
            mutants.append({"number": len(mutants) + 1, "group": group, "module": finder.path, "line": line,
                            "column": site.begin - finder.text.rfind("\n", 0, site.begin), "what": what})


def including(text: str) -> str:
    """The text with mutation.hpp before its first include; lines keep their numbers."""
    at = re.search(r"^#include", text, re.M).start()
    line = text.count("\n", 0, at) + 1
    return f'{text[:at]}#include "{HERE}/mutation.hpp"\n#line {line}\n{text[at:]}'


def copy_tree(tree: pathlib.Path, output: pathlib.Path) -> None:
    """The tracked and the new files, those that are the same untouched."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=tree, capture_output=True,
                            text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (tree / name).is_file():
            write(output / name, (tree / name).read_bytes())


def write(path: pathlib.Path, data: bytes) -> None:
    """Writes a file unless it is so already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != data:
        path.write_bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spec", type=pathlib.Path)
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    arguments = parser.parse_args()
    spec = yaml.safe_load(arguments.spec.read_text(encoding="utf-8"))
    left_out = {(entry["file"], entry["what"]) for entry in spec["left_out"]}
    mutants, files = [], {}
    for group, entries in spec["groups"].items():
        for entry in entries:
            for finder in find(entry, spec["includes"], arguments.tree):
                number(finder, group, left_out, mutants)
                files[finder.path] = including(finder.render())
    copy_tree(arguments.tree, arguments.output / "tree")
    for path, text in files.items():
        write(arguments.output / "tree" / path, text.encode("latin-1"))
    (arguments.output / "mutants.json").write_text(json.dumps(mutants, indent=1) + "\n", encoding="utf-8")
    print(f"{len(mutants)} mutants of {len(files)} files in {arguments.output}")


if __name__ == "__main__":
    main()
