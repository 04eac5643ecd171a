"""Measures Lojal's science beside lifetimes and pymc-marketing on the same data, in one run, and prints a table.

Rounds of ours come before, between and after the peers, so that a machine that gets slower or faster on the way is not
taken for a difference. Times are the medians of all repetitions. Parameters and predictions have to agree with those of
lifetimes, which maximises the same likelihood, and are only shown beside those of pymc-marketing, whose MAP has priors.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOOLS = HERE.parent / ".tools"
CDNOW = ROOT / "server" / "data" / "cdnow_sample.txt"

OURS, LIFETIMES, PYMC = "ours", "lifetimes", "pymc"
PEERS = (LIFETIMES, PYMC)

# What is measured, and the seconds to reach with a million customers.
TO_REACH: dict[str, float | None] = {
    "summary": 0.2,
    "fit BG/NBD": 0.1,
    "fit MBG/NBD": None,
    "fit Pareto/NBD": 0.5,
    "fit NBD": None,
    "fit BG/CNBD-k": None,
    "fit MBG/CNBD-k": None,
    "fit Gamma-Gamma": 0.1,
    "compress": None,
    "expected purchases": 0.05,
    "12-month CLV": 0.2,
    "P(alive)": None,
}
OURS_ALONE = {"fit NBD", "fit BG/CNBD-k", "fit MBG/CNBD-k", "compress"}
CDNOW_FITS = ("fit BG/NBD", "fit MBG/NBD", "fit Pareto/NBD", "fit Gamma-Gamma")
CDNOW_TO_REACH = 0.003
BYTES_TO_REACH = 64
PARETO = "fit Pareto/NBD"
MILLION = 1_000_000

# "To three digits". Sums of predictions agree as far as the parameters do.
AGREE = 1e-3

Measured = dict[str, dict[str, Any]]


class Failure(Exception):
    """Something that is told in a sentence, without a traceback."""


def say(text: str) -> None:
    """Tells how far it is."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def digest(*of: Path | str) -> str:
    """Tells whether something was made from the same."""
    parts = (one.read_bytes() if isinstance(one, Path) else one.encode() for one in of)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def environment(peer: str) -> Path:
    """Returns the interpreter of a peer's virtual environment, which is made if need be."""
    requirements = HERE / f"requirements-{peer}.txt"
    place = TOOLS / f"peers-{peer}"
    python, stamp = place / "bin" / "python", place / "stamp"
    wanted = digest(requirements, sys.version)
    if stamp.exists() and stamp.read_text() == wanted and python.exists():
        return python
    say(f"setting up {place.relative_to(ROOT)}: downloads packages, may take minutes")
    shutil.rmtree(place, ignore_errors=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    for command in ([sys.executable, "-m", "venv", str(place)], [*pip, "-r", str(requirements)]):
        if subprocess.run(command, check=False).returncode != 0:
            raise Failure(
                f"the environment of {peer} could not be set up; what failed was: {' '.join(command)}\n"
                f"see above{'; --without-pymc goes on without it' if peer == PYMC else ''}"
            )
    stamp.write_text(wanted)
    return python


def generated(customers: int, python: Path) -> Path:
    """Returns the file of so many customers, which is made up if need be."""
    script = HERE / "generate.py"
    place = TOOLS / "peers-data" / f"{customers}-{digest(script)[:8]}.csv"
    if not place.exists():
        say(f"making up the transactions of {customers:,} customers")
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_suffix(".part")
        if subprocess.run([str(python), str(script), str(customers), str(half)], check=False).returncode != 0:
            raise Failure("the data could not be made up; see above")
        half.rename(place)
    return place


def cdnow() -> Path:
    """Returns the CDNOW sample up to the end of its calibration, in the form of the generated files."""
    place = TOOLS / "peers-data" / "cdnow.csv"
    rows = ["customer_id,date,value"]
    for line in CDNOW.read_text().splitlines():
        _, customer, date, _, dollars = line.split()
        if date <= "19970930":
            rows.append(f"{int(customer)},{date[:4]}-{date[4:6]}-{date[6:]},{dollars}")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("\n".join(rows) + "\n")
    return place


def built(what: list[str], name: str) -> Path:
    """Builds a binary of ours and returns it."""
    say("building our side")
    build = ["cargo", "build", "--release", "--locked", *what, "--message-format=json-render-diagnostics"]
    try:
        done = subprocess.run(build, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    except FileNotFoundError:
        raise Failure("there is no cargo; install Rust") from None
    if done.returncode != 0:
        raise Failure("our side could not be built; see above")
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == name:
            return Path(message["executable"])
    raise Failure("cargo built our side and does not say where it is")


def measure(who: str, command: list[str], more_env: dict[str, str] | None = None) -> Measured:
    """Runs a side and returns what it measured, by name."""
    # The peers' own linear algebra gains nothing from threads here, and they would spin.
    env = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | (more_env or {})
    found: Measured = {}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as side:
        for line in side.stdout or ():
            if not line.startswith("{"):
                continue
            result = json.loads(line)
            found[result["name"]] = result
            if "wall" in result:
                say(f"  {who:10} {result['name']:20} {statistics.median(result['wall']):10.4f} s")
    if side.returncode != 0:
        raise Failure(f"{who} ended with {side.returncode}; see above, the command was: {' '.join(command)}")
    return found


def together(rounds: list[Measured]) -> Measured:
    """Joins the repetitions of several rounds."""
    joined: Measured = {}
    for one in rounds:
        for name, result in one.items():
            before = joined.get(name, {"wall": []})["wall"]
            joined[name] = result | {"wall": [*before, *result["wall"]]}
    return joined


class Comparison:
    """One data set, measured by all sides in alternating rounds."""

    def __init__(self, data: Path, end: str, ours: Path, peers: dict[str, Path]) -> None:
        self.arguments = [str(data), "--end", end]
        self.ours, self.peers = ours, peers

    def our_round(self, names: list[str]) -> Measured:
        """Measures ours once."""
        return measure(OURS, [str(self.ours), *self.arguments, "--only", ",".join(names)])

    def of(self, names: list[str], of_peers: list[str] | None = None) -> dict[str, Measured]:
        """Measures what is named; the peers only `of_peers`, if that is given."""
        of_peers = [name for name in of_peers or names if name not in OURS_ALONE]
        sides: dict[str, Measured] = {}
        rounds = [self.our_round(names)]
        for peer, python in self.peers.items():
            if of_peers:
                script = [str(python), str(HERE / f"with_{peer}.py"), *self.arguments]
                sides[peer] = measure(peer, [*script, "--only", ",".join(of_peers)])
                rounds.append(self.our_round(names))
        return {OURS: together(rounds), **sides}


def seconds(value: float) -> str:
    """Writes a time."""
    return f"{value * 1e3:.2f} ms" if value < 0.01 else f"{value:.3f} s" if value < 10 else f"{value:.0f} s"


def row(name: str, sides: dict[str, Measured], what: str, to_reach: float | None) -> list[str] | None:
    """One row of the table."""
    if name not in sides[OURS]:
        return None
    wall = sides[OURS][name]["wall"]
    mine = statistics.median(wall)
    cells = [what, f"{seconds(mine)} ({seconds(min(wall))})"]
    for peer in PEERS:
        if name in sides.get(peer, {}):
            theirs = statistics.median(sides[peer][name]["wall"])
            cells += [seconds(theirs), f"{theirs / mine:.0f}" if theirs >= 10 * mine else f"{theirs / mine:.1f}"]
        else:
            cells += ["", ""]
    reached = "" if to_reach is None else seconds(to_reach)
    if to_reach is not None and mine > to_reach:
        reached += ": not reached" if min(wall) > to_reach else ": in the best round"
    return [*cells, reached]


def table(title: str, rows: list[list[str] | None]) -> str:
    """Writes a table in Markdown."""
    head = [title, "ours (best)", "lifetimes", "ratio", "pymc-marketing", "ratio", "to reach"]
    lines = [head, ["---"] * len(head), *(cells for cells in rows if cells)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def disagreements(data: str, sides: dict[str, Measured]) -> list[str]:
    """Shows what was found beside what the peers found, and says where it differs from lifetimes."""
    wrong = []
    for name, result in sides[OURS].items():
        mine = result.get("params") or ({"sum": result["sum"]} if "sum" in result else {})
        for peer in PEERS:
            other = sides.get(peer, {}).get(name, {})
            theirs = other.get("params") or ({"sum": other["sum"]} if "sum" in other else {})
            if not theirs:
                continue
            pairs = [(key, mine[key], theirs[key]) for key in mine if key in theirs]
            off = max((abs(a - b) / abs(b) for _, a, b in pairs), default=float("inf"))
            values = ", ".join(f"{key} {a:.5g} and {b:.5g}" for key, a, b in pairs)
            sys.stdout.write(f"{data}, {name}, ours and {peer}: {values}; {off:.1e} apart\n")
            if peer == LIFETIMES and not off <= AGREE:
                wrong.append(f"{data}, {name}: ours and lifetimes are {off:.1e} apart")
    return wrong


def parsed() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="tests/peers/run", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--customers", type=int, default=MILLION, help="default: 1000000")
    parser.add_argument("--without-lifetimes", action="store_true", help="measure without lifetimes")
    parser.add_argument("--without-pymc", action="store_true", help="measure without pymc-marketing")
    parser.add_argument(
        "--only", action="append", choices=sorted(TO_REACH), help="one measurement; may be given several times"
    )
    parser.add_argument(
        "--pareto",
        action="store_true",
        help="have the peers fit Pareto/NBD to all customers, not to a tenth: lifetimes takes minutes a repetition",
    )
    parser.add_argument("--scaling", action="store_true", help="ours with ten times the customers too")
    arguments = parser.parse_args()
    if arguments.customers < 1000:
        parser.error("--customers: there have to be 1000 or more")
    return arguments


def scaling(sides: dict[str, Measured], data: Path, end: str, ours: Path, customers: int) -> str:
    """Measures ours with ten times the customers."""
    say(f"ours with {10 * customers:,} customers")
    names = list(sides[OURS])
    large = measure(OURS, [str(ours), str(data), "--end", end, "--only", ",".join(names)])
    lines = [f"| what | {customers:,} customers | {10 * customers:,} | ratio |", "| --- | --- | --- | --- |"]
    for name in names:
        small, big = (statistics.median(side[name]["wall"]) for side in (sides[OURS], large))
        lines.append(f"| {name} | {seconds(small)} | {seconds(big)} | {big / small:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Does it all."""
    arguments = parsed()
    wanted = arguments.only or list(TO_REACH)
    if {"expected purchases", "P(alive)", "12-month CLV"} & set(wanted):
        wanted += ["fit BG/NBD"]
    if "12-month CLV" in wanted:
        wanted += ["fit Gamma-Gamma"]
    names = [name for name in TO_REACH if name in wanted]
    customers: int = arguments.customers
    end = "2024-12-30"

    ours = built(["-p", "lojal-scoring", "--example", "peers"], "peers")
    without = {LIFETIMES: arguments.without_lifetimes, PYMC: arguments.without_pymc}
    peers = {peer: environment(peer) for peer in PEERS if not without[peer]}
    # The environment of lifetimes is the one the numbers were drawn with first.
    maker = peers.get(LIFETIMES) or environment(LIFETIMES)

    begun = os.getloadavg()[0]
    data = generated(customers, maker)
    everything = Comparison(data, end, ours, peers)
    say(f"{customers:,} customers")
    of_peers = [name for name in names if name != PARETO or arguments.pareto]
    sides = everything.of(names, of_peers or ["nothing"])
    result: dict[str, Any] = {"customers": customers, "sides": sides}
    rows = [row(name, sides, name, TO_REACH[name] if customers == MILLION else None) for name in names]
    wrong_of = [(f"{customers:,} customers", sides)]

    if PARETO in names and peers and not arguments.pareto:
        fewer = max(customers // 10, 1000)
        say(f"{fewer:,} customers")
        tenth = Comparison(generated(fewer, maker), end, ours, peers).of([PARETO])
        result["pareto"] = {"customers": fewer, "sides": tenth}
        rows.append(row(PARETO, tenth, f"{PARETO}, {fewer:,} customers", None))
        wrong_of.append((f"{fewer:,} customers", tenth))

    fits = [name for name in CDNOW_FITS if name in names]
    if fits:
        say("CDNOW")
        small = Comparison(cdnow(), "1997-09-30", ours, peers).of(fits)
        result["cdnow"] = small
        rows += [row(name, small, f"{name}, CDNOW", CDNOW_TO_REACH) for name in fits]
        wrong_of.append(("CDNOW", small))

    say("memory of ours")
    # What is freed goes back to the system, so that no measurement lives on what was freed before it.
    exact = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
    weighed = measure(OURS, [str(ours), str(data), "--end", end, "--memory"], exact)
    result["memory"] = weighed
    more = ""
    if arguments.scaling:
        large = generated(10 * customers, maker)
        more = "\n" + scaling(sides, large, end, ours, customers)

    say("")
    wrong = [one for title, of in wrong_of for one in disagreements(title, of)]
    sys.stdout.write("\n" + table(f"{customers:,} customers, {os.cpu_count()} cores", rows) + "\n")
    sys.stdout.write("| peak memory beside what it begins with | bytes a customer | to reach |\n| --- | --- | --- |\n")
    for name, result_of in weighed.items():
        taken = result_of["bytes_per_customer"]
        shown = "not measured here" if taken is None else f"{taken:.1f}"
        sys.stdout.write(f"| {name} | {shown} | {BYTES_TO_REACH if name.startswith('fit') else ''} |\n")
    sys.stdout.write(more)
    load = os.getloadavg()[0]
    sys.stdout.write(f"\nLoad of the machine (1 minute): {begun:.1f} before, {load:.1f} after.\n")
    kept = TOOLS / "peers-data" / "results.json"
    kept.write_text(json.dumps(result | {"when": time.time(), "load": [begun, load]}, indent=1))
    sys.stdout.write(f"Every repetition is in {kept.relative_to(ROOT)}.\n")
    if wrong:
        raise Failure("parameters or predictions do not agree:\n" + "\n".join(wrong))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        raise SystemExit(f"tests/peers/run: {failure}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
