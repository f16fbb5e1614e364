"""How outputs and times of two libraries compare, and the tables that say so. Arithmetic and text only."""

import array
import math
import re
import statistics
from dataclasses import dataclass

# TensorFlow Lite's element types, as the array module calls them.
TYPES = {"INT8": "b", "UINT8": "B", "BOOL": "B", "INT16": "h", "UINT16": "H", "INT32": "i", "UINT32": "I", "INT64": "q",
         "FLOAT32": "f", "FLOAT64": "d"}
MOST_REPETITIONS = 10_000
MESSAGE_CHARACTERS = 200


class ComparisonError(Exception):
    """Two things that cannot be compared; the message is one sentence."""


@dataclass
class Agreement:
    """How far two sets of outputs agree. Sums of agreements are those of all their outputs together."""

    elements: int = 0
    equal: int = 0
    steps: float = 0.0  # Largest difference of the outputs that have quantisation steps.
    absolute: float = 0.0  # Of those that have none.
    rows: int = 0  # Rows along the last dimension, of two elements at least.
    same_rows: int = 0  # Those whose largest element is at the same place.

    def __add__(self, other):
        return Agreement(self.elements + other.elements, self.equal + other.equal, max(self.steps, other.steps),
                         max(self.absolute, other.absolute), self.rows + other.rows, self.same_rows + other.same_rows)


def arg_max(row):
    """Index of the first largest element."""
    return max(range(len(row)), key=row.__getitem__)


def compare(mine, theirs, kind, row_length, step=None):
    """The agreement of two outputs (bytes) of element type `kind`, whose last dimension is `row_length`.

    A step is 1 for integers; for floating point it is `step`, the scale of the integers that they come from, if any.
    """
    if kind not in TYPES:
        raise ComparisonError(f"outputs of type {kind} cannot be compared")
    if len(mine) != len(theirs):
        raise ComparisonError(f"its output has {len(theirs)} bytes, not {len(mine)}")
    ours, others = array.array(TYPES[kind], mine), array.array(TYPES[kind], theirs)
    differences = [0 if a == b or (a != a and b != b) else abs(a - b) for a, b in zip(ours, others)]
    largest = max((math.inf if math.isnan(d) else d for d in differences), default=0)
    result = Agreement(len(ours), sum(d == 0 for d in differences))
    if TYPES[kind] not in "fd":
        result.steps = largest
    elif step:
        # The two may have computed the same number of steps with different last bits.
        result.steps = largest if math.isinf(largest) else round(largest / step, 2)
    else:
        result.absolute = largest
    if row_length > 1:
        starts = range(0, len(ours), row_length)
        result.rows = len(starts)
        result.same_rows = sum(arg_max(ours[i:i + row_length]) == arg_max(others[i:i + row_length]) for i in starts)
    return result


def repetitions(seconds, budget):
    """How often to repeat what takes `seconds`, so that it takes about `budget` seconds in all."""
    return max(1, min(MOST_REPETITIONS, math.ceil(budget / seconds) if seconds > 0 else MOST_REPETITIONS))


@dataclass
class Times:
    """Seconds of one inference, round by round: those of a round were measured one after the other."""

    mine: list
    theirs: list

    def ratio(self):
        """Median over the rounds of the own time / the other's: above 1 the other is faster."""
        return statistics.median(a / b for a, b in zip(self.mine, self.theirs, strict=True))


@dataclass
class Row:
    """A network on a peer: agreement and times, or the message with which something refused it."""

    network: str
    macs: int
    agreement: Agreement = None
    times: Times = None
    message: str = ""


def significant(value, digits=2):
    """A positive number with so many significant digits, never in exponential form; whole numbers whole."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, decimals):,.{max(decimals, 0)}f}"


def percent(part, whole):
    """Rounded down, so that only all of them are 100 %."""
    return "100 %" if part == whole else f"{math.floor(1000 * part / whole) / 10:.1f} %"


def difference(agreement):
    """The largest difference in words: steps, or the plain difference where there are no steps."""
    if agreement.absolute:
        plain = f"{significant(agreement.absolute)} (floating point)"
        return plain if not agreement.steps else f"{agreement.steps:g}; {plain}"
    return f"{agreement.steps:g}"


def code(message):
    """A message for a cell of a table."""
    text = " ".join("".join(c if c.isprintable() else " " for c in message).split()).replace("`", "'").replace("|", "\\|")
    return f"`{text if len(text) <= MESSAGE_CHARACTERS else text[:MESSAGE_CHARACTERS - 1] + '…'}`"


def line(row):
    """A row of the table."""
    head = f"| {row.network} | {row.macs / 1e6:.2f} |"
    if row.message:
        return f"{head} {code(row.message)} | | | | | |"
    a = row.agreement
    same = f"{a.same_rows}/{a.rows}" if a.rows else "–"
    mine, theirs = (significant(1000 * statistics.median(times), 3) for times in (row.times.mine, row.times.theirs))
    return (f"{head} {percent(a.equal, a.elements)} | {difference(a)} | {same} | {mine} | {theirs} "
            f"| {significant(row.times.ratio())} |")


def summary(rows):
    """One sentence about all rows."""
    ran = [row for row in rows if not row.message]
    if not ran:
        return f"None of the {len(rows)} networks ran."
    exact = sum(row.agreement.equal == row.agreement.elements for row in ran)
    ratios = [row.times.ratio() for row in ran]
    return (f"{len(ran)} of {len(rows)} networks ran, {exact} of them with all elements equal; median ratio "
            f"{significant(statistics.median(ratios))}, from {significant(min(ratios))} to {significant(max(ratios))}.")


def table(rows):
    """All rows, as Markdown."""
    return "\n".join(["| network | M MACs | equal | largest difference, steps | same arg-max | `auklet`, ms | peer, ms | ratio |",
                      "|---|---|---|---|---|---|---|---|", *map(line, rows), "", summary(rows), ""])


def replace_section(page, name, text):
    """`page` with `text` between `<!-- measured: NAME -->` and `<!-- end -->`."""
    pattern = re.compile(rf"(<!-- measured: {re.escape(name)} -->\n).*?(<!-- end -->)", re.S)
    new, count = pattern.subn(lambda match: match[1] + text + match[2], page)
    if count != 1:
        raise ComparisonError(f"the page has {count} sections 'measured: {name}', not one")
    return new
