"""How far a model's answers lie from those of the same model under its library alone.

Two texts are computed as the engine computes them: cut in pieces, over two forwards, the second text before the first,
into slots in no order. Each must answer as it does alone and in one piece. Then the second is put where the model's
context ends, since rotations may change with the length of a text.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from .attention.base import Attention
from .attention.torch_backend import TorchAttention
from .batch import Batch, Segment
from .model import Model
from .pool import Pool
from .radix import Ids
from .rotations import Span
from .slots import Slots

LENGTHS = (13, 9)
TOLERANCE = {torch.float32: 1e-3}
ROUGH = 0.1  # for the types of half the size
ROOM = 40


@dataclass(frozen=True, slots=True)
class Text:
    """A text, where it begins, and what follows each of its tokens when the model computes it alone."""

    ids: Ids
    start: int
    logits: torch.Tensor


def texts_of(model: Any, span: Span, vocab: int) -> list[Text]:
    """Both texts at the start and, where the model is told positions, the second one at the context's end."""
    room = span.context - span.settled_from
    ids = [_ids(min(length, room), vocab, 5 + 2 * i) for i, length in enumerate(LENGTHS)]
    found = [Text(x, span.settled_from, _alone(model, x, span.settled_from)) for x in ids]
    if _takes_positions(model):
        with suppress(IndexError, RuntimeError):  # some ask for all that stands before
            end = span.context - len(ids[1])
            found.append(Text(ids[1], end, _alone(model, ids[1], end)))
    return found


def distance(
    model: Model, texts: list[Text], attend: Callable[[Pool], Attention] = TorchAttention
) -> float:
    """The largest difference of a logit, as a share of the largest logit."""
    first, *others = texts
    return max(_distance(model, first, other, attend) for other in others)


def limit(dtype: torch.dtype) -> float:
    """How far answers may lie apart that differ only by rounding."""
    return TOLERANCE.get(dtype, ROUGH)


def _ids(length: int, vocab: int, step: int) -> Ids:
    return (3 + np.arange(length, dtype=np.int32) * step % max(vocab - 3, 1)).astype(np.int32)


def _takes_positions(model: Any) -> bool:
    return "position_ids" in inspect.signature(model.forward).parameters


def _alone(model: Any, ids: Ids, start: int) -> torch.Tensor:
    given: dict[str, Any] = {"input_ids": torch.from_numpy(ids).long()[None].to(model.device)}
    if start:
        given["position_ids"] = torch.arange(start, start + len(ids), device=model.device)[None]
    with torch.inference_mode():
        return model(**given, use_cache=False).logits[0].float()


def _distance(
    model: Model, first: Text, second: Text, attend: Callable[[Pool], Attention]
) -> float:
    pool = Pool(model.shape, ROOM, model.dtype, model.device)
    attention = attend(pool)
    slots = np.random.default_rng(5).permutation(np.arange(1, ROOM + 1, dtype=np.int32))
    mine = {id(first): slots[:13], id(second): slots[13:26]}
    cuts = {id(first): len(first.ids) // 2, id(second): 2 * len(second.ids) // 3}
    with torch.inference_mode():
        for is_rest in (False, True):
            pieces = [_piece(t, mine[id(t)], cuts[id(t)], is_rest) for t in (second, first)]
            batch = Batch(pieces)
            batch.positions += np.repeat([second.start, first.start], batch.lengths)
            attention.plan(batch)
            model.forward(batch, pool, attention)
        return max(_apart(model, pool, t, mine[id(t)]) for t in (first, second))


def _piece(text: Text, slots: Slots, cut: int, is_rest: bool) -> Segment:
    """A text's part before the cut, or its rest behind it."""
    start, end = (cut, len(text.ids)) if is_rest else (0, cut)
    return Segment(text.ids[start:end], slots[start:end], None, slots[:start])


def _apart(model: Model, pool: Pool, text: Text, slots: Slots) -> float:
    at = torch.from_numpy(slots[: len(text.ids)]).long().to(model.device)
    found = model.logits(pool.hidden[at]).float()
    if found.shape != text.logits.shape or not bool(found.isfinite().all()):
        return float("inf")
    scale = max(text.logits.abs().max().item(), 1e-6)
    return (found - text.logits).abs().max().item() / scale
