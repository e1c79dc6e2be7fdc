"""`python -m benchmarks.gpu STAGE... --out FOLDER`: some stages in one process, tiny ones with `--tiny`."""

import argparse
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .record import Record
from .scale import CARD, TOY, Scale

if TYPE_CHECKING:
    from .rig import Rig


def main() -> int:
    """Run the stages; one that fails is written down, and the next one runs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument(
        "stages",
        nargs="+",
        choices=("environment", "card", "decode", "serving", "flashinfer", "table"),
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    return max(_run(stage, options.out, TOY if options.tiny else CARD) for stage in options.stages)


def _run(stage: str, out: Path, scale: Scale) -> int:
    record = Record(out, stage)
    try:
        _stage(stage, out, record, scale)()
    except Exception as error:
        record.add("failed", error=f"{type(error).__name__}: {error}"[:500])
        traceback.print_exc()
        return 1
    return 0


def _stage(stage: str, out: Path, record: Record, scale: Scale) -> Callable[[], None]:
    """What a stage does; its modules are imported only for it."""
    from . import card, decode, environment, flashinfer, serving
    from .table import table

    def show() -> None:
        (out / "table.md").write_text(table(out))
        print((out / "table.md").read_text())

    return {
        "environment": lambda: environment.measure(record),
        "card": lambda: card.measure(record, scale),
        "decode": lambda: decode.measure(record, _rig(scale)),
        "serving": lambda: serving.measure(record, _rig(scale)),
        "flashinfer": lambda: flashinfer.measure(record, _rig(scale)),
        "table": show,
    }[stage]


@cache
def _rig(scale: Scale) -> "Rig":
    """Made once for all stages of a process."""
    from .rig import Rig

    return Rig(scale)


if __name__ == "__main__":
    raise SystemExit(main())
