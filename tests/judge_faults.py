"""Makes the known faults, one at a time, and says whether their tests notice them.

python tests/judge_faults.py             all of them, in a copy of the tree
python tests/judge_faults.py prefetch    those with this word in their line or title
python tests/judge_faults.py --page      write `docs/faults.md`
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import judged
from broken_tree import a_copy, changed, load_large, outcome
from known_faults import FAULTS, ROOT, Fault, named

PAGE = ROOT / "docs" / "faults.md"


def is_noticed(fault: Fault, tree: Path) -> bool:
    """Whether the test fails, or hangs, in a copy of the tree that has the fault. Not that it can't be imported."""
    with changed(tree / fault.file, fault.source()):
        return outcome(tree, [fault.test]) in ("failed", "hung")


def page() -> str:
    """`docs/faults.md`."""
    lines = [HEAD]
    for title, faults in FAULTS.items():
        lines += [f"\n## {title}\n", "| If | in | fails |", "| --- | --- | --- |"]
        lines += [f"| {each.what} | `{each.file}` | `{each.test}` |" for each in faults]
    return "\n".join([*lines, judged.section()]) + "\n"


HEAD = """\
# What a broken sglc would be caught by

Written by `python tests/judge_faults.py --page`, from `tests/known_faults.py`. Each line is a change to one place of
the source, and a test that fails with it. `python tests/judge_faults.py` makes all of them, one at a time, and says
which are noticed; `make mutate` does the same with changes at random."""


def main() -> int:
    """Judge the faults, and say which are not noticed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("word", nargs="?", default="")
    asked.add_argument("--page", action="store_true")
    given = asked.parse_args()
    if given.page:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    missed, faults = 0, list(named(given.word))
    load_large()
    with a_copy() as tree:
        for fault in faults:
            seen = is_noticed(fault, tree)
            missed += not seen
            print(f"{'noticed' if seen else 'MISSED '}  {fault.what}  ({fault.test})", flush=True)
    print(f"{len(faults) - missed} of {len(faults)} noticed")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
