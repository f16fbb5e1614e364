"""Reads a trace (docs/tracing.md) and says what is wrong with it."""

import json

CYCLES, HOST = 1, 2  # Processes.
TRACKS = ("jobs and layers", "array", "vector unit", "load DMA", "store DMA", "command fetch", "CPU")


class TraceError(Exception):
    """The trace breaks a rule; the message is one sentence."""


def require(condition, sentence):
    if not condition:
        raise TraceError(sentence)


class Trace:
    """A trace whose events are well formed and whose slices nest."""

    def __init__(self, path):
        document = json.loads(path.read_bytes().decode("utf-8"))
        self.about = document["otherData"]
        self.events = document["traceEvents"]
        for event in self.events:
            check_event(event)
        names = {(e["pid"], e["tid"]): e["args"]["name"] for e in self.events if e["name"] == "thread_name"}
        self.tracks = {}  # Slices by name of their track, in order; the host's is "host".
        for event in self.events:
            if event["ph"] != "X":
                continue
            require((event["pid"], event["tid"]) in names, f"the track of {event} has no name")
            name = "host" if event["pid"] == HOST else names[event["pid"], event["tid"]]
            self.tracks.setdefault(name, []).append(event)
        for name, slices in self.tracks.items():
            check_nesting(name, slices)

    def slices(self, track):
        return self.tracks.get(track, [])

    def total(self, *tracks):
        return sum(event["dur"] for track in tracks for event in self.slices(track))

    def jobs(self):
        return [event for event in self.slices("jobs and layers") if event["name"].startswith("job ")]

    def layers(self):
        return [event for event in self.slices("jobs and layers") if not event["name"].startswith("job ")]

    def area(self, name):
        """What a counter comes to: its values times the cycles that they stand for."""
        points = [(e["ts"], e["args"]["value"]) for e in self.events if e["ph"] == "C" and e["name"] == name]
        require(points, f"there is no counter '{name}'")
        require(all(a[0] < b[0] for a, b in zip(points, points[1:])), f"the values of '{name}' are not in order")
        require(points[-1][1] == 0, f"'{name}' does not end at 0")
        return sum(value * (after - at) for (at, value), (after, _) in zip(points, points[1:]))


def check_event(event):
    for key in ("name", "ph", "pid", "tid", "ts"):
        require(key in event, f"{event} has no {key}")
    require(event["ph"] in ("X", "C", "M", "i"), f"{event} is of an unknown kind")
    require(isinstance(event["name"], str) and event["name"], f"{event} has no name")
    for key in ("pid", "tid", "ts"):
        require(isinstance(event[key], int) and event[key] >= 0, f"the {key} of {event} is no number")
    if event["ph"] == "X":
        require(isinstance(event["dur"], int) and event["dur"] >= 0, f"{event} has no duration")
    if event["ph"] == "C":
        require(isinstance(event["args"]["value"], (int, float)), f"{event} has no value")
    if event["ph"] == "i":
        require(event["s"] == "t", f"{event} belongs to no track")


def check_nesting(track, slices):
    """Of two slices of a track one contains the other, or they are disjoint."""
    slices.sort(key=lambda event: (event["ts"], -event["dur"]))
    open_ends = []
    for event in slices:
        while open_ends and open_ends[-1] <= event["ts"]:
            open_ends.pop()
        end = event["ts"] + event["dur"]
        require(not open_ends or end <= open_ends[-1], f"on '{track}', {event} begins in a slice and outlasts it")
        require(track == "jobs and layers" or not open_ends, f"on '{track}', {event} overlaps another")
        require(len(open_ends) < 2, f"on '{track}', {event} is nested too deep")
        open_ends.append(end)
