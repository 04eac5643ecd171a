"""Measures answers about surveys and retention of a whole base beside polars and duckdb, in one run.

Each side is a process of its own that has its data in memory and waits for the names of questions. A round asks every
side every question once, so that a machine that gets slower or faster on the way is not taken for a difference. Ours
are measured inside the process of the engine, over the store a server has. CPU time is that of the whole process, by
the clock of the system. What came out has to agree.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from compare import HERE, OURS, TOOLS, Failure, built, digest, environment, say, seconds

POLARS, DUCKDB = "polars", "duckdb"
PEERS = (POLARS, DUCKDB)
MILLION = 1_000_000

# What is asked, and the seconds to reach with a million customers.
TO_REACH = {
    "NPS": 0.15,
    "NPS, filter of attributes": 0.15,
    "NPS, filter of orders": 0.15,
    "NPS by month": 0.15,
    "CSAT by market": 0.15,
    "response rate by month": 0.15,
    "retention of a quarter": 0.15,
    "retention by month": 0.15,
    "cohorts 24 x 24": 0.3,
    "lifecycle by month": 0.15,
    "revenue retention": 0.15,
    "revenue retention, 1,000 replicates": 0.15,
    "purchase stats": 0.15,
    "survival": 0.15,
    "activity window": 0.15,
    "segment of a customer": 0.001,
    "forecast of a customer": 0.001,
}
# To reach: so many times as fast as the faster peer.
RATIO_TO_REACH = 3.0
# Counts are whole; what is divided and multiplied may round.
AGREE = 1e-9


class Side:
    """A process that answers questions."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.questions: list[str] | None = self.read().get("questions")

    def read(self) -> dict[str, Any]:
        """Reads a line."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise Failure(f"{self.name} ended; see above, the command was: {' '.join(self.command)}")
        return json.loads(line)

    def cpu(self) -> float:
        """Returns the seconds of processors it took so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, name: str) -> dict[str, Any]:
        """Asks a question, and measures what it takes."""
        before = self.cpu()
        if self.process.stdin:
            self.process.stdin.write(name + "\n")
            self.process.stdin.flush()
        return self.read() | {"cpu": self.cpu() - before}

    def end(self) -> None:
        """Lets it go."""
        self.process.communicate()


def columns(customers: int, python: Path) -> Path:
    """Returns the directory of the columns of so many customers, which are made up if need be."""
    script = HERE / "metrics_data.py"
    place = TOOLS / "peers-data" / f"metrics-{customers}-{digest(script)[:8]}"
    if not place.exists():
        say(f"making up {customers:,} customers")
        half = place.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        if subprocess.run([str(python), str(script), str(customers), str(half)], check=False).returncode != 0:
            raise Failure("the data could not be made up; see above")
        half.rename(place)
    return place


def store(place: Path, ours: Path) -> Path:
    """Returns the store with these columns, which is made if need be."""
    loaded = place / "store"
    if not loaded.exists():
        say("recording them")
        half = place / "store.part"
        shutil.rmtree(half, ignore_errors=True)
        if subprocess.run([str(ours), "load", str(place), str(half)], check=False).returncode != 0:
            raise Failure("they could not be recorded; see above")
        half.rename(loaded)
    return loaded


def agree(ours: Any, theirs: Any) -> bool:
    """Tells whether the same came out."""
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(agree(a, b) for a, b in zip(ours, theirs, strict=True))
    if isinstance(ours, int) and isinstance(theirs, int):
        return ours == theirs
    return math.isclose(ours, theirs, rel_tol=AGREE, abs_tol=AGREE)


def measured(sides: list[Side], names: list[str], rounds: int) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Asks all sides in rounds, after one that warms them up and is not counted."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {name: {} for name in names}
    for number in range(rounds + 1):
        for name in names:
            for side in sides:
                if side.questions is None or name in side.questions:
                    answer = side.ask(name)
                    if number == 0 and side.name != OURS and not agree(found[name][OURS][0]["found"], answer["found"]):
                        mine = found[name][OURS][0]["found"]
                        raise Failure(f"{name}: ours is {mine}, and {side.name} found {answer['found']}")
                    found[name].setdefault(side.name, []).append(answer)
        say(f"  round {number} of {rounds}, load {os.getloadavg()[0]:.1f}")
    return {name: {side: answers[1:] for side, answers in of.items()} for name, of in found.items()}


def median(answers: list[dict[str, Any]], what: str) -> float:
    """Returns the median of what was measured."""
    return statistics.median(answer[what] for answer in answers)


def row(name: str, of: dict[str, list[dict[str, Any]]], with_targets: bool) -> list[str]:
    """One row of the table."""
    mine, best = median(of[OURS], "seconds"), min(answer["seconds"] for answer in of[OURS])
    single = name.endswith("of a customer")
    cells = [name, f"{short(mine)} ({short(best)})", "" if single else seconds(mean_cpu(of[OURS]))]
    peers = {peer: median(of[peer], "seconds") for peer in PEERS if peer in of}
    cells += [seconds(peers[peer]) if peer in peers else "" for peer in PEERS]
    ratio = min(peers.values()) / mine if peers else None
    cells.append("" if ratio is None else f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}")
    target, reached = TO_REACH[name], []
    if with_targets:
        missed = ": in the best round" if best <= target else ": not reached"
        reached.append(short(target) + ("" if mine <= target else missed))
        if ratio is not None:
            reached.append(f"ratio {RATIO_TO_REACH:.0f}" + ("" if ratio >= RATIO_TO_REACH else ": not reached"))
    return [*cells, ", ".join(reached)]


def mean_cpu(answers: list[dict[str, Any]]) -> float:
    """Returns the mean, since the system counts in hundredths of a second."""
    return statistics.mean(answer["cpu"] for answer in answers)


def short(value: float) -> str:
    """Writes a time that may be very short."""
    return f"{value * 1e6:.1f} us" if value < 1e-3 else seconds(value)


def parsed() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="tests/peers/metrics", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--customers", type=int, default=MILLION, help="default: 1000000")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument("--without-peers", action="store_true", help="measure ours alone")
    parser.add_argument(
        "--only", action="append", choices=sorted(TO_REACH), help="one question; may be given several times"
    )
    arguments = parser.parse_args()
    if arguments.customers < 1000:
        parser.error("--customers: there have to be 1000 or more")
    if arguments.rounds < 1:
        parser.error("--rounds: there has to be 1 or more")
    return arguments


def main() -> None:
    """Does it all."""
    arguments = parsed()
    names = [name for name in TO_REACH if not arguments.only or name in arguments.only]
    python = environment("metrics")
    ours = built(["-p", "lojal-tests", "--bin", "metrics"], "metrics")
    place = columns(arguments.customers, python)
    commands = {OURS: [str(ours), "answer", str(store(place, ours))]}
    if not arguments.without_peers:
        commands |= {peer: [str(python), str(HERE / f"metrics_with_{peer}.py"), str(place)] for peer in PEERS}
    begun = os.getloadavg()[0]
    say("loading")
    sides = [Side(name, command) for name, command in commands.items()]
    found = measured(sides, names, arguments.rounds)
    for side in sides:
        side.end()
    head = ["question", "ours (best)", "CPU of ours", POLARS, DUCKDB, "ratio to the faster", "to reach"]
    rows = [row(name, found[name], arguments.customers == MILLION) for name in names]
    lines = "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))
    ended = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    sys.stdout.write(f"{lines}\n\nmedians of {arguments.rounds} rounds; all sides agree; ")
    sys.stdout.write(f"{cores} cores, load before and after {begun:.1f} and {ended:.1f}\n")
    kept = TOOLS / "peers-data" / "metrics.json"
    kept.write_text(json.dumps({"customers": arguments.customers, "found": found}, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        raise SystemExit(f"tests/peers/metrics: {failure}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
