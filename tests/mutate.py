"""Judges mutants of the core: small changes that some test must notice. `make mutate` samples 100.

Each is made in a copy of the tree, and judged by those tests of its room that run its line, until one fails; which they
are is in a map of `line_map.py`. Survivors are printed with their line, and so are those that no test runs or whose
tests hang: each wants a test, or a reason why it changes nothing. Verdicts are kept, and a run that was stopped, by
`--seconds` or otherwise, goes on.

python tests/line_map.py lines.json
python tests/mutate.py lines.json verdicts.jsonl --count 99              what is not judged yet
python tests/mutate.py lines.json verdicts.jsonl --count 99 --again      what was not killed, once more
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from line_map import LineMap
from mutants import ROOMS, ROOT, Mutant, all_of, test_files

LIMIT_S = 600  # for the tests of one mutant; one that takes longer hangs, or the machine is busy: it is said apart
PYTEST = ("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header")
KILLED_BY = (
    1,
    2,
)  # what pytest ends with where a test fails, and where a file of tests can't be imported

Verdict = Literal["killed", "survived", "hung", "run by no test"]


@dataclass
class Verdicts:
    """What was said of each mutant, in a file of a line each."""

    file: Path
    said: dict[str, Verdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                kept = json.loads(line)
                self.said[self._name(Mutant(**kept["mutant"]))] = kept["verdict"]

    def of(self, mutant: Mutant) -> Verdict | None:
        """What was said of it."""
        return self.said.get(self._name(mutant))

    def keep(self, mutant: Mutant, verdict: Verdict) -> None:
        """Say it."""
        self.said[self._name(mutant)] = verdict
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"verdict": verdict, "mutant": asdict(mutant)}) + "\n")

    @staticmethod
    def _name(mutant: Mutant) -> str:
        return f"{mutant.room} {mutant.number} {mutant}"


def sampled(count: int, seed: int, rooms: list[str]) -> list[Mutant]:
    """As many from each room, chosen by the seed: one of each room, then the next of each."""
    each = -(-count // len(rooms))
    chosen: list[list[Mutant]] = []
    for room in rooms:
        every = all_of(room)
        chosen.append(random.Random(f"{seed} {room}").sample(every, min(len(every), each)))
    return [those[turn] for turn in range(each) for those in chosen if turn < len(those)]


def judged(mutant: Mutant, tree: Path, lines: LineMap) -> Verdict:
    """What the tests that run a mutant's line say of it, in a copy of the tree."""
    tests = lines.tests(test_files(mutant.room), mutant.file, range(mutant.line, mutant.end + 1))
    if not tests:
        return "run by no test"
    file = tree / mutant.file
    kept = file.read_text(encoding="utf-8")
    file.write_text(mutant.source(), encoding="utf-8")
    try:
        return "killed" if _fails(tree, tests) else "survived"
    except subprocess.TimeoutExpired:
        return "hung"
    finally:
        file.write_text(kept, encoding="utf-8")


def _fails(tree: Path, tests: list[str]) -> bool:
    """Whether one of the tests fails. Raises RuntimeError where they can't be run, `TimeoutExpired` where they hang."""
    (tree / "tests.txt").write_text("\n".join(tests), encoding="utf-8")
    command = [sys.executable, *PYTEST, "@tests.txt"]
    done = subprocess.run(
        command, cwd=tree, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    if done.returncode not in (0, *KILLED_BY):
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout[-2000:]}")
    return done.returncode in KILLED_BY


@contextmanager
def a_copy() -> Iterator[Path]:
    """A copy of the tree, which goes away."""
    with tempfile.TemporaryDirectory() as folder:
        ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", "node_modules")
        yield Path(shutil.copytree(ROOT, Path(folder) / "tree", symlinks=True, ignore=ignored))


def judge(mutants: list[Mutant], verdicts: Verdicts, lines: LineMap, seconds: float) -> None:
    """Judge them one by one, as long as there is time to begin with the next."""
    until = time.monotonic() + seconds
    with a_copy() as tree:
        for mutant in mutants:
            if time.monotonic() > until:
                return
            began = time.monotonic()
            verdicts.keep(mutant, judged(mutant, tree, lines))
            print(
                f"{verdicts.of(mutant):14}  {time.monotonic() - began:4.0f} s  {mutant}", flush=True
            )


def table(mutants: list[Mutant], verdicts: Verdicts) -> str:
    """A line for each room: how many were killed, of how many that were judged."""
    killed = Counter(each.room for each in mutants if verdicts.of(each) == "killed")
    total = Counter(each.room for each in mutants if verdicts.of(each))
    lines = [f"{room:10} {killed[room]:3} of {count:3} killed" for room, count in total.items()]
    return "\n".join([*lines, f"together   {killed.total():3} of {total.total():3}"])


def main() -> int:
    """Sample, judge what is not judged yet, print the table and every survivor."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--count", type=int, default=100)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--rooms", nargs="*", default=list(ROOMS), choices=list(ROOMS))
    asked.add_argument("lines", type=Path)
    asked.add_argument("verdicts", type=Path)
    asked.add_argument("--seconds", type=float, default=float("inf"))
    asked.add_argument("--again", action="store_true")
    given = asked.parse_args()
    print(f"seed {given.seed}")
    lines, verdicts = LineMap(given.lines), Verdicts(given.verdicts)
    mutants = sampled(given.count, given.seed, given.rooms)
    wanted = {"survived", "hung", "run by no test"} if given.again else {None}
    judge([each for each in mutants if verdicts.of(each) in wanted], verdicts, lines, given.seconds)
    print(table(mutants, verdicts))
    for mutant in mutants:
        if verdicts.of(mutant) not in (None, "killed"):
            print(f"{verdicts.of(mutant)}: {mutant}")
    left = sum(verdicts.of(each) is None for each in mutants)
    print(f"{left} are not judged yet" if left else "all are judged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
