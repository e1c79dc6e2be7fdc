"""Makes the known faults, one at a time, and says whether their tests notice them.

python tests/judge_faults.py             all of them, in a copy of the tree
python tests/judge_faults.py prefetch    those with this word in their line or title
python tests/judge_faults.py --page      write `docs/faults.md`
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import judged
from known_faults import FAULTS, ROOT, Fault, named

PAGE = ROOT / "docs" / "faults.md"
LIMIT_S = 300
LEFT_OUT = (".git", ".venv", "__pycache__", "node_modules")
"""What a copy of the tree does without."""


@contextmanager
def a_copy() -> Iterator[Path]:
    """A copy of the tree, which goes away."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "tree"
        ignored = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(ROOT, place, symlinks=True, ignore=ignored)
        yield place


def is_noticed(fault: Fault, tree: Path) -> bool:
    """Whether the test fails in a copy of the tree that has the fault."""
    file = tree / fault.file
    kept = file.read_text(encoding="utf-8")
    file.write_text(fault.source(), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", fault.test]
    try:
        done = subprocess.run(command, cwd=tree, capture_output=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return True  # it hangs
    finally:
        file.write_text(kept, encoding="utf-8")
    return done.returncode == 1  # 2 and more: no test was run


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
    with a_copy() as tree:
        for fault in faults:
            seen = is_noticed(fault, tree)
            missed += not seen
            print(f"{'noticed' if seen else 'MISSED '}  {fault.what}  ({fault.test})", flush=True)
    print(f"{len(faults) - missed} of {len(faults)} noticed")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
