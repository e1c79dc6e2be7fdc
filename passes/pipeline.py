"""The default pipeline: which passes run, in which order, and why there.

The driver asks `pipeline(level)`; `--passes` and reproducers go through `read_pipeline`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from .eliminate_dead import EliminateDead
from .fold_constants import FoldConstants
from .fuse_forks import FuseForks
from .hoist_prefix import HoistPrefix
from .inline import Inline
from .insert_prefetch import InsertPrefetch
from .merge_calls import MergeCalls
from .move_code import MoveCode
from .plan_retention import PlanRetention
from .render_turns import RenderTurns
from .running.context import Pass
from .running.options import PipelineError, parse_passes
from .splice_forced import SpliceForced

PASSES: tuple[tuple[int, Pass], ...] = (
    # The number is the lowest level at which a pass runs.
    (0, Inline()),  # first: everything after it sees one program without fragments
    (1, FoldConstants()),  # sections are compared by what they say, so constants are text by now
    (1, MoveCode()),  # turns are still turns, and nothing is laid out across their edges
    (0, RenderTurns()),  # from here on there is only text, and no pass has to know a template
    (1, FoldConstants()),  # again: markers and sections stand beside the text of the program now
    (1, EliminateDead()),  # before anything is shared, so that nothing is shared with the dead
    (1, MergeCalls()),  # before arms are taken apart: equal prompts are easiest seen whole
    (1, FuseForks()),  # one group for what starts together, so that hoisting sees all its arms
    (1, HoistPrefix()),  # after all text is final: what is cut here must not be joined again
    (1, SpliceForced()),  # calls are merged by now; a spliced one and a plain one are not equal
    (1, InsertPrefetch()),  # after hoisting: what is warmed is what arms share
    (1, PlanRetention()),  # last: only now is it known which calls are made, and in which order
)

REGISTRY: dict[str, type[Pass]] = {step.name: type(step) for _, step in PASSES}


def pipeline(
    level: int = 1, disabled: Collection[str] = (), keep_calls: bool = False
) -> tuple[Pass, ...]:
    """The passes of a level, without the disabled ones. Raises PipelineError for unknown names.

    `keep_calls`: what nobody reads is asked all the same.
    """
    unknown = sorted(set(disabled) - set(REGISTRY))
    if unknown:
        known = ", ".join(sorted(REGISTRY))
        raise PipelineError(f"no pass is called `{unknown[0]}`; there are {known}")
    needed = sorted({step.name for lowest, step in PASSES if lowest == 0} & set(disabled))
    if needed:
        raise PipelineError(f"`{needed[0]}` cannot be disabled: lowering needs it")
    steps = [step for lowest, step in PASSES if lowest <= level and step.name not in disabled]
    return tuple(
        replace(step, keep_calls=keep_calls) if isinstance(step, EliminateDead) else step
        for step in steps
    )


def read_pipeline(text: str) -> tuple[Pass, ...]:
    """The passes of a list like `inline,hoist-prefix{min-tokens=64}`. Raises PipelineError."""
    return parse_passes(text, REGISTRY)
