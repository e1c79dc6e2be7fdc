"""Where a call's cached prefix will end: the plan's prediction, filled in from the prompt's own path.

The plan names prefix nodes; the prompt remembers at how many tokens it passed each. No knowledge
of an engine is needed, which is what makes a difference to the measured count meaningful.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...plan.schema import Family
from ..paths import Mark
from ..prompts import PromptState, common_prefix


class Prediction(NamedTuple):
    """The node at which the cached prefix ends, and its token count; no node means nothing is cached."""

    node: int | None
    cached: int


def predict(family: Family, state: PromptState, ids: tuple[int, ...]) -> Prediction:
    """The deepest node of `family.cached_at` on the prompt's own path that was asked about before.

    Behind the node's last seam the count follows what was asked: text that has no seam yet has its tokens
    all the same, and where they agree they are cached.
    """
    wanted = set(family.cached_at)
    for mark in state.mark or ():
        if (family.cached_anywhere or mark.node in wanted) and (mark.fed or mark.asked):
            own = min(mark.position, len(ids)) if mark.fed else 0
            cached = max((own, *(_shared(asked, ids, mark.position) for asked in mark.asked)))
            # all of it has KV, but unless a request ended there its last position runs again
            runs_again = cached == len(ids) and not any(ids in each.ended for each in mark)
            return _or_beside(Prediction(mark.node, cached - runs_again), state.mark, ids)
    return _or_beside(Prediction(None, 0), state.mark, ids)


def _or_beside(found: Prediction, mark: Mark | None, ids: tuple[int, ...]) -> Prediction:
    """What was found, unless something that was asked beside the plan goes further."""
    if mark is None or not mark.root.beside:
        return found
    root = mark.root
    cached = max(_shared(asked, ids, 0) for asked in root.beside)
    return found if cached <= found.cached else _at_root(root, ids, cached)


def predict_rendered(state: PromptState, ids: tuple[int, ...]) -> Prediction:
    """The same for a conversation that is asked as the template renders it, beside the plan's nodes.

    What was asked about in this row decides, wherever it stands.
    """
    root = state.mark.root if state.mark else None
    if root is None or not root.asked:
        return Prediction(None, 0)
    return _at_root(root, ids, max(_shared(asked, ids, 0) for asked in root.asked))


def _at_root(root: Mark, ids: tuple[int, ...], cached: int) -> Prediction:
    runs_again = cached == len(ids) and ids not in root.ended
    return Prediction(root.node, cached - runs_again)


def _shared(asked: tuple[int, ...], ids: tuple[int, ...], position: int) -> int:
    """How many leading ids agree, when those before `position` are known to."""
    start = min(position, len(asked), len(ids))
    return start + common_prefix(asked[start:], ids[start:])


def fed_by_gen(kept: tuple[int, ...], with_kv: Iterable[tuple[int, ...]]) -> int:
    """How many of the kept tokens have KV after a gen, whichever of its samples they are of."""
    return max((common_prefix(kept, ids) for ids in with_kv), default=0)


def fed_by_select(chosen: tuple[int, ...], choices: Iterable[tuple[int, ...]]) -> int:
    """How many tokens of the chosen choice have KV after scoring: a choice's last is never fed."""
    return max((common_prefix(chosen, choice[:-1]) for choice in choices), default=0)
