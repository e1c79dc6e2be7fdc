"""A model that is a hash: the next token is a function of all ids before it, and of nothing else.

It stands for a language model wherever the point is what is asked and not what is answered: in the
reference interpreter, in translation validation, in the mock backend. Two programs that ask the
same prompts get the same answers, and a prompt that differs in one token gets others. When
sampling, noise is a function of the seed and the position, so that a call that is cut into
pieces draws what the whole call would. Grammars mask and stop rules end, as in a real engine.
The texts are printable, and lengths vary.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .constrained.regex import EMPTY, Regex, RegexError, after_text, compile_pattern, is_complete
from .constrained.shape import Forced, Free, Many, OneOf, OutputPart, output_parts, type_of_schema
from .constrained.vocabulary import Vocabulary
from .sampling import Constraint, Sampling
from .target import Part, StopTracker, Tokenizer
from .target.stopping import Finish, Matched
from .types import STR, OptionalType, parse_type

MOST_TOKENS = 4096
"""Where a generation without a limit of its own ends."""

_MASK = (1 << 64) - 1
_FACTOR = 0x9E3779B97F4A7C15
_END_ODDS = 12  # one in so many free tokens is the end of sequence
_STOP_ODDS = 8  # one in so many begins a stop string, when there is one
_PART_END_ODDS = 2  # one in so many ends a free part of constrained output that may end

TopLogprobs = tuple[tuple[tuple[int, float], ...], ...]


class ConstraintError(ValueError):
    """A constraint that the hash model can't follow."""


def mix(number: int) -> int:
    """A well-mixed 64-bit number (the finalizer of splitmix64)."""
    number &= _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


def absorb(state: int, ids: Iterable[int]) -> int:
    """The hash of a sequence after more ids; the empty sequence has hash 0."""
    for id in ids:
        state = (state * _FACTOR + id + 1) & _MASK
    return state


@dataclass(frozen=True, slots=True)
class Generated:
    """One continuation: all ids, those that stay in the prompt, their text, why it ended and on what.

    `forced` counts the ids that a grammar appended without a choice, and `tail` those of them that stand
    behind the last one that was chosen. Logprobs align with `ids`.
    """

    ids: tuple[int, ...]
    kept: tuple[int, ...]
    text: str
    finish: Finish
    forced: int
    logprobs: tuple[float, ...] = ()
    top_logprobs: TopLogprobs = ()
    matched: Matched = None
    tail: int = 0


class HashModel:
    """The model over one tokenizer. Stateless: any call may be repeated."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.vocabulary = Vocabulary.of(tokenizer)

    def generate(
        self,
        ids: Sequence[int],
        sampling: Sampling,
        seed: int,
        constraint: Constraint | None = None,
        on_token: Callable[[int], None] | None = None,
    ) -> Generated:
        """Continue `ids`; `on_token` sees each id as it comes. Raises ConstraintError."""
        parts = constraint_parts(constraint) if constraint else None
        run = _Generation(self, ids, sampling, seed, on_token)
        if run.is_over:
            return run.result()
        if parts is None:
            run.free_text()
        else:
            run.constrained(parts)
        return run.result()

    def score(self, ids: Sequence[int], choice: Sequence[int]) -> tuple[float, ...]:
        """The log probability of each token of a choice that follows `ids`."""
        state = absorb(0, ids)
        found: list[float] = []
        for id in choice:
            found.append(logprob(state, id))
            state = absorb(state, (id,))
        return tuple(found)


def logprob(state: int, id: int) -> float:
    """The log probability of a token after a sequence with that hash."""
    return -10.0 * (mix(state ^ mix(id + 1)) >> 11) / (1 << 53)


def constraint_parts(constraint: Constraint) -> tuple[OutputPart, ...] | None:
    """What output under a constraint consists of; None when it is free text.

    Raises ConstraintError.
    """
    try:
        match constraint.kind:
            case "type":
                kind = parse_type(constraint.text)
                item = kind.item if isinstance(kind, OptionalType) else kind
                return None if item == STR else output_parts(kind)
            case "json":
                return output_parts(type_of_schema(json.loads(constraint.text)))
            case "regex":
                compile_pattern(constraint.text)
                return (Free(constraint.text),)
            case "grammar":
                raise ConstraintError("the hash model does not take EBNF grammars")
    except RegexError as error:
        raise ConstraintError(f"the hash model does not take this pattern: {error}") from None
    except (ValueError, RecursionError) as error:
        raise ConstraintError(f"the hash model does not take this constraint: {error}") from None


class _Done(Exception):
    """The stop tracker ended the generation."""


class _Generation:
    """One generation under way."""

    def __init__(
        self,
        model: HashModel,
        ids: Sequence[int],
        sampling: Sampling,
        seed: int,
        on_token: Callable[[int], None] | None,
    ) -> None:
        self._tokenizer, self._vocabulary = model.tokenizer, model.vocabulary
        self._sampling, self._seed = sampling, seed
        self._state, self._position = absorb(0, ids), len(ids)
        self._tracker = StopTracker(model.tokenizer, sampling, tuple(ids))
        self._on_token = on_token
        self._is_greedy = sampling.temperature == 0.0 or sampling.top_k == 1
        self._pending = ""
        self._forced = self._tail = self._count = 0
        self._logprobs: list[float] = []
        self._tops: list[tuple[tuple[int, float], ...]] = []

    @property
    def is_over(self) -> bool:
        return self._tracker.finish is not None

    def result(self) -> Generated:
        ids, kept, text, finish, matched = self._tracker.completion()
        logprobs, tops = tuple(self._logprobs), tuple(self._tops)
        tail = (
            0 if self._tail == self._count else self._tail
        )  # what begins an output has no such end
        return Generated(ids, kept, text, finish, self._forced, logprobs, tops, matched, tail)

    # --- choosing -------------------------------------------------------------------------------

    def _draw(self, salt: int, count: int) -> int:
        """A number below `count`: the choice number `salt` at this position."""
        noise = 0 if self._is_greedy else mix(mix(self._seed) ^ (self._position * _FACTOR))
        return mix(mix(self._state ^ noise) + salt * _FACTOR) % count

    def _feed(self, id: int, *, is_forced: bool = False) -> None:
        """Take one token. Raises _Done when it was the last."""
        if self._sampling.logprobs or self._sampling.top_logprobs:
            self._note_logprobs(id)
        self._state = absorb(self._state, (id,))
        self._position += 1
        self._count += 1
        self._tail = self._tail + 1 if is_forced else 0
        if self._on_token is not None:
            self._on_token(id)
        if self._tracker.feed(id):
            raise _Done
        if self._count >= MOST_TOKENS:
            self._tracker.end("length")
            raise _Done

    def _note_logprobs(self, id: int) -> None:
        self._logprobs.append(logprob(self._state, id))
        ids = self._vocabulary.ids
        others = {ids[self._draw(100 + n, len(ids))] for n in range(self._sampling.top_logprobs)}
        top = sorted(((i, logprob(self._state, i)) for i in others | {id}), key=lambda p: -p[1])
        self._tops.append(tuple(top[: self._sampling.top_logprobs]))

    # --- free text ------------------------------------------------------------------------------

    def free_text(self) -> None:
        """Generate without a constraint."""
        ends = sorted(self._tracker.end_ids & self._tokenizer.eos_ids)
        stops = [ids[0] for text in self._sampling.stop if len(ids := self._encode(text)) == 1]
        try:
            while True:
                self._feed(self._free_token(ends, stops))
        except _Done:
            pass

    def _free_token(self, ends: list[int], stops: list[int]) -> int:
        if self._tracker.may_end:
            if ends and self._draw(1, _END_ODDS) == 0:
                return ends[0]
            if stops and self._draw(2, _STOP_ODDS) == 0:
                return stops[self._draw(3, len(stops))]
        ids = self._vocabulary.ids
        return ids[self._draw(0, len(ids))]

    def _encode(self, text: str) -> tuple[int, ...]:
        return self._tokenizer.encode((Part(text, False),), continuation=True)

    # --- constrained output ---------------------------------------------------------------------

    def constrained(self, parts: tuple[OutputPart, ...]) -> None:
        """Generate the parts one after the other; forced text in its canonical tokenization."""
        try:
            self._parts(parts)
            self._flush()
            self._tracker.end("constraint")
        except _Done:
            pass

    def _parts(self, parts: tuple[OutputPart, ...]) -> None:
        for part in parts:
            match part:
                case Forced(text):
                    self._pending += text
                case Free(pattern):
                    self._flush()
                    self._free_part(compile_pattern(pattern))
                case OneOf(options):
                    self._flush()
                    text, rest = options[self._draw(0, len(options))]
                    self._chosen(text)
                    self._parts(rest)
                case Many(item):
                    self._many(item)

    def _flush(self) -> None:
        """Append the forced text so far."""
        text, self._pending = self._pending, ""
        for id in self._encode(text) if text else ():
            self._forced += 1
            self._feed(id, is_forced=True)

    def _chosen(self, text: str) -> None:
        for id in self._encode(text) if text else ():
            self._feed(id)

    def _many(self, item: tuple[OutputPart, ...]) -> None:
        self._pending += "["
        self._flush()
        goes_on = self._draw(0, 4) > 0
        while goes_on:
            self._parts(item)
            self._flush()
            goes_on = self._draw(0, 2) > 0
            if goes_on:
                self._chosen(", ")
        self._chosen("]")

    def _free_part(self, state: Regex) -> None:
        """Tokens that match a pattern, until it may end and a draw says so, or must."""
        while True:
            allowed = () if state == EMPTY else self._vocabulary.allowed(state)
            if is_complete(state):
                if not allowed or (self._draw(1, _PART_END_ODDS) == 0 and self._tracker.may_end):
                    return
            elif not allowed:
                raise ConstraintError("no token of this tokenizer can follow")
            id = allowed[self._draw(0, len(allowed))]
            self._feed(id)
            state = after_text(state, self._vocabulary.texts[id])
