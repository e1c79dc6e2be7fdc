"""A model that is a hash: the next token is a function of all ids before it, and of nothing else.

It stands for a language model wherever the point is what is asked and not what is answered: in the
reference interpreter, in translation validation, in the mock backend. Two programs that ask the
same prompts get the same answers, and a prompt that differs in one token gets others. When
sampling, noise is a function of the seed and the position, so that a call that is cut into
pieces draws what the whole call would. Grammars mask and stop rules end, as in a real engine.
The texts are printable, and lengths vary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .constrained.calls import ToolSet
from .constrained.parts import Free, output_parts
from .constrained.regex import RegexError
from .constrained.schema import schema_parts
from .constrained.vocabulary import Vocabulary
from .constrained.writing import Places, Writing
from .sampling import Constraint, Sampling
from .target import Part, StopTracker, Tokenizer
from .target.stopping import Finish, Matched
from .types import STR, OptionalType, UnionType, parse_type

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
        writing = writing_of(constraint, self.tokenizer) if constraint else None
        run = _Generation(self, ids, sampling, seed, on_token)
        if run.is_over:
            return run.result()
        if writing is None:
            run.free_text()
        else:
            run.constrained(writing)
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


def writing_of(constraint: Constraint, tokenizer: Tokenizer) -> Writing | None:
    """The output that a constraint allows; None when it is free text.

    Raises ConstraintError.
    """
    key = (constraint.kind, constraint.text, tokenizer.digest)
    if key not in _WRITINGS:
        if len(_WRITINGS) >= _MOST_WRITINGS:
            _WRITINGS.clear()
        try:
            _WRITINGS[key] = _writing_of(constraint, tokenizer)
        except RegexError as error:
            raise ConstraintError(f"the hash model does not take this pattern: {error}") from None
        except (ValueError, RecursionError) as error:
            message = f"the hash model does not take this constraint: {error}"
            raise ConstraintError(message) from None
    return _WRITINGS[key]


_MOST_WRITINGS = 256
_WRITINGS: dict[tuple[str, str, str], Writing | None] = {}


def _writing_of(constraint: Constraint, tokenizer: Tokenizer) -> Writing | None:
    match constraint.kind:
        case "type":
            kind = parse_type(constraint.text)
            item = kind.item if isinstance(kind, OptionalType) else kind
            loose = not isinstance(item, UnionType)
            return None if item == STR else Writing(output_parts(kind), tokenizer, loose)
        case "json":
            return Writing(schema_parts(constraint.text), tokenizer)
        case "regex":
            return Writing((Free(constraint.text),), tokenizer, loose=False)
        case "call":
            return Writing(ToolSet.of(constraint.text).parts(), tokenizer, loose=False)
        case "before_call":
            return None
        case "grammar":
            raise ValueError("it is an EBNF grammar")


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
        """The tokens of a text, which a model may say with control tokens."""
        return self._tokenizer.encode((Part(text, True),), continuation=True)

    # --- constrained output ---------------------------------------------------------------------

    def constrained(self, writing: Writing) -> None:
        """Choose tokens that the constraint allows, and write what stands for them."""
        due, places, _ = writing.start
        try:
            self._force(due)
            while (id := self._choice(writing, places)) is not None:
                written = writing.choose(places, id)
                if written is None:
                    raise ConstraintError(f"token {id} can't be written")
                self._feed(written.tokens[0])
                self._force(written.tokens[1:])
                places = written.places
            self._tracker.end("constraint")
        except _Done:
            pass

    def _force(self, ids: Iterable[int]) -> None:
        for id in ids:
            self._forced += 1
            self._feed(id, is_forced=True)

    def _choice(self, writing: Writing, places: Places) -> int | None:
        """A token that may come next: inside of free text, or one that leaves it; None at the end."""
        borders = [id for id in writing.borders(places) if id in self._vocabulary.texts]
        inside = self._inside(writing, places)
        may_stop = writing.graph.may_stop(places)
        if inside and (not self._tracker.may_end or self._draw(1, _PART_END_ODDS)):
            borders = inside
        elif may_stop and (not borders or self._draw(2, 2) == 0):
            return None
        if inside and borders is not inside:
            stays = set(
                inside
            )  # what might as well go on inside is no end, where something else is
            borders = [id for id in borders if id not in stays] or borders
        pool = borders or inside
        if not pool:
            raise ConstraintError("no token of this tokenizer can follow")
        return pool[self._draw(0, len(pool))]

    def _inside(self, writing: Writing, places: Places) -> Sequence[int]:
        """The tokens that stay inside of free text."""
        states = writing.graph.patterns(places)
        found = [self._vocabulary.allowed(state) for state in states]
        return found[0] if len(found) == 1 else sorted(set[int]().union(*found))
