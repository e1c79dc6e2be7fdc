"""What an engine can't serve is refused before it is queued, where it can hurt nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ...ir.constrained.beginnings import common_length
from ...ir.sampling import (
    RANGES,
    SAMPLING_FIELDS,
    SAMPLING_TYPES,
    Sampling,
    out_of_range,
    takes,
)
from ...ir.target import PatternError, StopPattern
from ..backend import BackendError, GenRequest, PrefillRequest, SelectRequest

MOST_SEARCHES = 4096
"""For stop patterns in one step of a request: each takes some microseconds, and the others wait for all."""
MOST_COPIED = 1 << 24
"""Ids in the tasks of one select: 64 MB."""


@dataclass(frozen=True, slots=True)
class Door:
    """What a model and its pool can take: token ids below `vocab`, sequences up to `context`, `capacity` slots."""

    vocab: int
    context: int
    capacity: int

    def generation(self, request: GenRequest) -> GenRequest:
        """The request, with what the context has left where it has no limit. Raises BackendError."""
        sampling, limit = request.sampling, request.sampling.max_tokens
        self._check_sampling(sampling)
        self._check_seeds(request.seeds)
        _check_searches(len(request.seeds), len(sampling.stop_regex))
        self._check_prompt(request.ids, limit if limit >= 0 else 1)
        if not request.ids:
            raise BackendError(
                "3107", "an empty prompt can't be continued", "begin the prompt with some text"
            )
        if limit >= 0:
            return request
        rest = min(self.context, self.capacity) - len(request.ids)
        return replace(request, sampling=sampling.merged(max_tokens=rest))

    def selection(self, request: SelectRequest) -> SelectRequest:
        """The request. Raises BackendError."""
        longest = max(map(len, request.choices), default=0)
        self._check_prompt(request.ids, longest)
        self._check_prompt(request.unconditional or (), longest)
        for choice in request.choices:
            self.check_ids(choice)
        if not request.ids:
            raise BackendError("3107", "a choice can't be scored after an empty prompt")
        self._check_choices(request)
        return request

    def prefill(self, request: PrefillRequest) -> PrefillRequest:
        """The request. Raises BackendError."""
        self._check_prompt(request.ids, 0)
        return request

    def check_ids(self, ids: Sequence[int], what: str = "a token id") -> None:
        """Raise BackendError for ids that are none of the model's."""
        if not ids:
            return
        try:
            found = np.asarray(ids)
        except ValueError:  # of different lengths: sequences, and no ids
            found = np.empty((0, 0))
        if (
            found.ndim != 1
            or found.dtype.kind not in "iu"
            or found.min() < 0
            or found.max() >= self.vocab
        ):
            raise BackendError(
                "3108",
                f"{what} is none of the model's, which are 0 to {self.vocab - 1}",
                "ids come from the model's own tokenizer",
            )

    def _check_prompt(self, ids: tuple[int, ...], more: int) -> None:
        if len(ids) + more > self.context:
            raise BackendError(
                "3101",
                f"{len(ids)} prompt tokens and {more} more exceed the model's context of {self.context}",
                "shorten the prompt, or lower `max_tokens`",
            )
        if len(ids) > self.capacity:
            raise BackendError(
                "3103",
                f"{len(ids)} tokens don't fit into {self.capacity} slots",
                "raise `kv_cache_tokens`",
            )
        self.check_ids(ids)

    def _check_choices(self, request: SelectRequest) -> None:
        """All that the choices begin with is held at once, each beginning behind a copy of the prompt's ids."""
        prompts = [ids for ids in (request.ids, request.unconditional) if ids]
        beginnings = sorted({choice[:-1] for choice in request.choices})
        held = sum(map(len, prompts)) + len(prompts) * _distinct(beginnings)
        if held > self.capacity:
            raise _too_many(request, f"{held} slots or more, and there are {self.capacity}")
        copied = sum(map(len, prompts)) * len(beginnings)
        if copied > MOST_COPIED:
            raise _too_many(request, f"{copied} ids, of {MOST_COPIED} at most")

    def _check_sampling(self, sampling: Sampling) -> None:
        for name in SAMPLING_FIELDS:
            value = getattr(sampling, name)
            wanted = (
                out_of_range(name, value) if _is_of_its_type(name, value) else SAMPLING_TYPES[name]
            )
            if wanted is not None:
                raise _wrong(name, value, wanted)
        if sampling.top_logprobs > self.vocab:
            raise _wrong("top_logprobs", sampling.top_logprobs, f"at most {self.vocab}, of a model")
        self.check_ids(sampling.stop_token_ids, "one of `stop_token_ids`")
        try:
            for pattern in sampling.stop_regex:
                StopPattern(pattern)
        except PatternError as error:
            raise BackendError("3207", f"`stop_regex`: {error}") from None

    def _check_seeds(self, seeds: Sequence[object]) -> None:
        if seeds and not RANGES["n"].holds(len(seeds)):
            raise _wrong("seeds", len(seeds), f"{RANGES['n']} of them")
        for seed in seeds:
            if not isinstance(seed, int):
                raise _wrong("seeds", seed, "int")


def _distinct(texts: Sequence[tuple[int, ...]]) -> int:
    """How many tokens the tree of some sorted sequences has."""
    shared = sum(common_length(one, other) for one, other in pairwise(texts))
    return sum(map(len, texts)) - shared


def _too_many(request: SelectRequest, need: str) -> BackendError:
    what = f"{len(request.choices)} choices after {len(request.ids)} tokens"
    return BackendError("3103", f"{what} need {need}", "ask for fewer at once")


def _check_searches(samples: int, patterns: int) -> None:
    if samples * patterns > MOST_SEARCHES:
        raise BackendError(
            "3207",
            f"{patterns} patterns of `stop_regex` are too many for {samples} samples",
            f"samples times patterns are at most {MOST_SEARCHES}",
        )


def _is_of_its_type(name: str, value: object) -> bool:
    return value == _DEFAULTS[name] if value is None else takes(name, value)


_DEFAULTS = {name: getattr(Sampling(), name) for name in SAMPLING_FIELDS}


def _wrong(name: str, value: object, wanted: str) -> BackendError:
    return BackendError("3207", f"`{name}` is {value!r}; it must be {wanted}")
