"""`python -m benchmarks.gpu STAGE... --out FOLDER`: some stages in one process, tiny ones with `--tiny`."""

from __future__ import annotations

import argparse
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from .record import Record
from .table import table

if TYPE_CHECKING:
    from .rig import Rig
    from .scale import Scale

STAGES = ("environment", "card", "decode", "serving", "flashinfer", "table")


def main() -> int:
    """Run the stages; one that fails is written down, and the next one runs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("stages", nargs="+", choices=STAGES)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    return max(_run(stage, options.out, options.tiny) for stage in options.stages)


def _run(stage: str, out: Path, tiny: bool) -> int:
    record = Record(out, stage)
    try:
        _measure(stage, out, record, tiny)
    except Exception as error:
        record.add("failed", error=f"{type(error).__name__}: {error}"[:500])
        traceback.print_exc()
        return 1
    return 0


def _measure(stage: str, out: Path, record: Record, tiny: bool) -> None:
    """A stage's module, and torch with it, is imported only for it."""
    if stage == "table":
        (out / "table.md").write_text(table(out))
        print((out / "table.md").read_text())
        return
    measure = import_module(f".{stage}", __package__).measure
    match stage:
        case "environment":
            measure(record)
        case "card":
            measure(record, _scale(tiny))
        case _:
            measure(record, _rig(tiny))


def _scale(tiny: bool) -> Scale:
    from .scale import CARD, TOY

    return TOY if tiny else CARD


@cache
def _rig(tiny: bool) -> Rig:
    """Made once for all stages of a process."""
    from .rig import Rig

    return Rig(_scale(tiny))


if __name__ == "__main__":
    raise SystemExit(main())
