"""Writes the table of families in `docs/models.md`: this file as a script.

What one family gave is kept in the cache folder until code or transformers changes; `--seconds N` stops after a while,
and the next call goes on.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from families import Verdict, families, judge  # noqa: E402

PAGE = ROOT / "docs" / "models.md"
BEGIN, END = "<!-- families: begin -->\n", "<!-- families: end -->\n"
KEPT = Path("~/.cache/sglc/test-families").expanduser()
WAYS = ("fast path", "our attention", "its own attention", "checkpoints")


def kept(name: str) -> Path:
    """The file of what was found of a family with this code and this library."""
    listed = subprocess.run(
        ["git", "ls-files", "-s", "runtime/engine", "runtime/models", "tests/families.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    known = listed.stdout + version("transformers") + name
    return KEPT / f"{hashlib.blake2b(known.encode(), digest_size=12).hexdigest()}.json"


def found(name: str) -> Verdict:
    """What becomes of a family, tried now if it was not."""
    file = kept(name)
    if not file.is_file():
        with tempfile.TemporaryDirectory() as folder:
            verdict = judge(name, Path(folder))
        KEPT.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(verdict)), "utf-8")
    return Verdict(**json.loads(file.read_text("utf-8")))


def table(rows: dict[str, Verdict]) -> str:
    """The sums, then the families by the way in which they are run, then those that are not and why."""
    count = Counter(v.way if v.how == "equal" else v.how for v in rows.values())
    equal = sum(count[way] for way in WAYS)
    sums = (
        f"transformers {version('transformers')} has {len(rows)} families that continue text. "
        f"{equal} answer as `generate()` does: "
        + ", ".join(f"{count[way]} by {way}" for way in WAYS)
        + f". {count['refused']} are refused by name, {count['differs']} answer otherwise,"
        f" and {count['not built'] + count['unsettled']} could not be tried.\n"
    )
    lines = [sums, "| run | families |", "|---|---|"]
    lines += [f"| {way} | {_names(rows, 'equal', way=way)} |" for way in WAYS]
    lines += ["", "| not run | families |", "|---|---|"]
    for how in ("refused", "differs", "unsettled", "not built"):
        whys = dict.fromkeys(v.why for v in rows.values() if v.how == how)
        lines += [f"| {why} | {_names(rows, how, why=why)} |" for why in whys]
    return "\n".join([*lines, ""])


def _names(rows: dict[str, Verdict], how: str, **like: str) -> str:
    alike = (
        n
        for n, v in rows.items()
        if v.how == how and all(getattr(v, k) == x for k, x in like.items())
    )
    return ", ".join(f"`{name}`" for name in alike)


def main() -> int:
    """Try what was not tried, and write the table when all of it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1e9)
    end = time.monotonic() + parser.parse_args().seconds
    rows: dict[str, Verdict] = {}
    for name in families():
        if time.monotonic() > end and not kept(name).is_file():
            print(f"{len(rows)} of {len(families())} families are tried: go on with another call")
            return 1
        rows[name] = found(name)
        print(name, rows[name].how, rows[name].way, flush=True)
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{after}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
