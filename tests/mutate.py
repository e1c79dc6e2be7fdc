"""Judges mutants of the core: small changes that some test must notice. `make mutate` samples 100.

First all tests are run once, with probes where the mutants will be (`probes.py`). Then each is made in a copy of the
tree, and judged by those tests of its room that reach it, quick ones of the files named after its module first, until
one fails. Survivors are printed with their line, and so are those that no test reaches or whose tests hang: each wants
a test, or a reason why it changes nothing. All is kept in a folder, and a run that was stopped, by `--seconds` or
otherwise, goes on.

python tests/mutate.py FOLDER --count 99              what is not judged yet
python tests/mutate.py FOLDER --count 99 --again      what was not killed, once more, by every test that reaches it
python tests/mutate.py FOLDER --count 99 --page       what was said goes into `tests/judged.jsonl` and `docs/faults.md`
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from broken_tree import QUIETLY, a_copy, changed, load_large, outcome
from judge_faults import PAGE, page
from judged import Verdict, Verdicts, keep
from mutants import ROOMS, ROOT, Mutant, all_of, test_files
from probes import CUT_SHORT, TO, UNTIL, Reached, put_probes

ENOUGH_S = 40
"""Seconds of a processor: what survives tests that take so long is judged by all of them with `--again`."""
FIRST = 12
"""So many quick tests of a file are asked before all others: most mutants fail one of them."""
WHOLE = (0, 1, 5)
"""What pytest ends with where all tests were run, and where none is left."""


def sampled(count: int, seed: int, rooms: Sequence[str]) -> list[Mutant]:
    """As many from each room, chosen by the seed: one of each room, then the next of each."""
    each = -(-count // len(rooms))
    chosen: list[list[Mutant]] = []
    for room in rooms:
        every = all_of(room)
        chosen.append(random.Random(f"{seed} {room}").sample(every, min(len(every), each)))
    return [those[turn] for turn in range(each) for those in chosen if turn < len(those)]


def reached(mutants: Sequence[Mutant], to: Path, until: float, arguments: Sequence[str]) -> Reached:
    """Run what tests are not noted yet, with probes. Raises RuntimeError where they can't be run."""
    whole = to.with_suffix(".whole")
    if not whole.exists():
        done = [f"--ignore={file}" for file in Reached(to).files]
        env = {**os.environ, TO: str(to.resolve()), UNTIL: str(until), "PYTHONPATH": "tests"}
        with a_copy() as tree:
            put_probes(tree, mutants)
            command = [sys.executable, "-m", "pytest", *QUIETLY, "-p", "probes", *done, *arguments]
            ended = subprocess.run(command, cwd=tree, env=env, check=False).returncode
        if ended in WHOLE:
            whole.touch()
        elif ended != CUT_SHORT:
            raise RuntimeError(f"pytest ended with {ended}")
    return Reached(to)


def name_of(mutants: Sequence[Mutant]) -> str:
    """A name for these mutants of these files: what tests reach is noted under it."""
    files = sorted({mutant.file for mutant in mutants})
    text = [str(mutant) for mutant in mutants] + [
        (ROOT / file).read_text(encoding="utf-8") for file in files
    ]
    return hashlib.sha256("\n".join(text).encode()).hexdigest()[:12]


def rounds(mutant: Mutant, number: int, noted: Reached, seconds: float) -> list[list[str]]:
    """The tests that reach a mutant: some of those that know it best, then others, as many as the seconds allow."""
    stem, files = Path(mutant.file).stem, test_files(mutant.room)
    groups = noted.reaching(number, files) or noted.named_after(stem, files)
    groups.sort(key=lambda group: (stem not in next(iter(group)), sum(group.values())))
    quick = [name for group in groups[:2] for name in sorted(group, key=group.__getitem__)[:FIRST]]
    took = {name: each for group in groups for name, each in group.items() if name not in quick}
    others = [
        name
        for name, so_far in zip(
            sorted(took, key=took.__getitem__), accumulate(sorted(took.values())), strict=True
        )
        if so_far < seconds
    ]
    in_files = [name for group in groups for name in group if name in set(others)]
    return [each for each in (quick, in_files) if each]


def judged(mutant: Mutant, tree: Path, asked: list[list[str]]) -> Verdict:
    """What the tests that reach a mutant say of it, in a copy of the tree."""
    if not asked:
        return "run by no test"
    with changed(tree / mutant.file, mutant.source()):
        for tests in asked:
            found = outcome(tree, tests)
            if found != "passed":
                return "hung" if found == "hung" else "killed"
    return "survived"


def judge(
    mutants: Sequence[Mutant],
    again: bool,
    verdicts: Verdicts,
    noted: Reached,
    until: float,
) -> None:
    """Judge them one by one, as long as there is time to begin with the next.

    `again`: those that were not killed, by all tests that reach them.
    """
    wanted = {"survived", "hung", "run by no test"} if again else {None}
    seconds = float("inf") if again else ENOUGH_S
    load_large()
    with a_copy() as tree:
        for number, mutant in enumerate(mutants):
            if time.time() > until:
                return
            if verdicts.of(mutant) in wanted:
                began = time.monotonic()
                said = judged(mutant, tree, rounds(mutant, number, noted, seconds))
                verdicts.keep(mutant, said)
                print(f"{said:14}  {time.monotonic() - began:4.0f} s  {mutant}", flush=True)


def table(mutants: Sequence[Mutant], verdicts: Verdicts) -> str:
    """A line for each room: how many were killed, of how many that were judged."""
    killed = Counter(each.room for each in mutants if verdicts.of(each) == "killed")
    total = Counter(each.room for each in mutants if verdicts.of(each))
    lines = [f"{room:10} {killed[room]:3} of {count:3} killed" for room, count in total.items()]
    return "\n".join([*lines, f"together   {killed.total():3} of {total.total():3}"])


def main() -> int:
    """Sample, run the tests with probes, judge what is not judged yet, print the table and every survivor."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("folder", type=Path)
    asked.add_argument("--count", type=int, default=100)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--rooms", nargs="*", default=list(ROOMS), choices=list(ROOMS))
    asked.add_argument("--seconds", type=float, default=float("inf"))
    asked.add_argument("--again", action="store_true")
    asked.add_argument("--page", action="store_true")
    given, for_pytest = asked.parse_known_args()
    until = time.time() + given.seconds
    mutants = sampled(given.count, given.seed, given.rooms)
    given.folder.mkdir(parents=True, exist_ok=True)
    verdicts = Verdicts(given.folder / "verdicts.jsonl")
    print(f"seed {given.seed}")
    if given.page:
        keep(mutants, verdicts)
        PAGE.write_text(page(), encoding="utf-8")
    else:
        noted = reached(
            mutants, given.folder / f"reached-{name_of(mutants)}.jsonl", until, for_pytest
        )
        judge(mutants, given.again, verdicts, noted, until)
    print(table(mutants, verdicts))
    for mutant in mutants:
        if verdicts.of(mutant) not in (None, "killed"):
            print(f"{verdicts.of(mutant)}: {mutant}")
    left = sum(verdicts.of(each) is None for each in mutants)
    print(f"{left} are not judged yet" if left else "all are judged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
