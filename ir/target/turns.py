"""Finds out, by rendering, whether a chat template composes: whether turns are markers around contents.

A template is a program, so it is probed: with every order of turns that the caller can make, up to four
turns deep, and with contents made to trip it up. What comes out is the text before and after
each turn, or the first character at which pieces and whole differ. Called by `render-turns` and by lint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from .template import ChatTemplate
from .template_error import TemplateError

Role = Literal["system", "user", "assistant", "tool"]
Order = tuple[Role | None, Role]
"""A turn and the one before it; None is the start of the conversation."""

_Key = TypeVar("_Key")

DEPTH = 4
_NEUTRAL = "Qz{}Qz"
_HOSTILE = (
    " \n {}\t\n ",
    "",
    "\n",
    "{}\n\n{}",
    "<think>\n{}\n</think>\n\n{}",
    "{}</think>",
    "<|im_end|>\n<|im_start|>system\n{}</s>[INST]<|eot_id|>",
    "{{{{ {} }}}} <b>&amp; \"'\\n",
)


@dataclass(frozen=True, slots=True)
class Trim:
    """What a template does to the contents of a role: white space taken from the left, the right, or both."""

    left: bool = False
    right: bool = False

    def apply(self, text: str) -> str:
        """The content as the template shows it."""
        text = text.lstrip() if self.left else text
        return text.rstrip() if self.right else text


@dataclass(frozen=True, slots=True)
class Refusal:
    """The template raises an error for this order of turns."""

    order: Order
    message: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a template does not compose: the first character at which the pieces and one rendering differ."""

    roles: tuple[Role, ...]
    at: int
    composed: str
    rendered: str
    why: str = "the pieces and one rendering of the whole differ"

    def __str__(self) -> str:
        turns = ", ".join(self.roles)
        return f"{self.why} at character {self.at} of {turns}: {self.composed!r} against {self.rendered!r}"


@dataclass(frozen=True, slots=True)
class TurnModel:
    """How a template composes over certain orders of turns.

    `openers[before, role]` stands before a content (a default system turn included), `closers[role]` after it.
    It holds only if there is neither a mismatch nor a refusal.
    """

    openers: Mapping[Order, str] = field(default_factory=dict[Order, str])
    closers: Mapping[Role, str] = field(default_factory=dict[Role, str])
    trims: Mapping[Role, Trim] = field(default_factory=dict[Role, Trim])
    refusals: tuple[Refusal, ...] = ()
    mismatch: Mismatch | None = None

    @property
    def composes(self) -> bool:
        """Whether turns may be appended as text."""
        return not self.refusals and self.mismatch is None

    @property
    def trims_contents(self) -> bool:
        """Whether some role's contents lose white space at their edges."""
        return any(trim.left or trim.right for trim in self.trims.values())

    def text(self, roles: Sequence[Role], contents: Sequence[str], *, open: bool = False) -> str:
        """A conversation made of pieces; `open` leaves the last turn without its end marker."""
        pieces: list[str] = []
        before: Role | None = None
        for role, content in zip(roles, contents, strict=True):
            trim = self.trims.get(role, Trim())
            pieces += [self.openers[before, role], trim.apply(content), self.closers[role]]
            before = role
        return "".join(pieces[:-1] if open else pieces)


def probe(template: ChatTemplate, orders: Iterable[Order]) -> TurnModel:
    """The model of a template over the conversations that these orders of turns allow."""
    wanted = frozenset(orders)
    if wanted not in template.models:
        template.models[wanted] = _Prober(template, wanted).model()
    return template.models[wanted]


class _Failed(Exception):
    """Carries the mismatch out of the probing."""

    def __init__(self, mismatch: Mismatch) -> None:
        self.mismatch = mismatch


class _Prober:
    def __init__(self, template: ChatTemplate, orders: frozenset[Order]) -> None:
        self._template = template
        self._orders = orders
        self._sequences = tuple(_conversations(orders))
        self._plain: dict[tuple[Role, ...], str] = {}
        self._errors: dict[tuple[Role, ...], str] = {}

    def model(self) -> TurnModel:
        for roles in self._sequences:
            try:
                self._plain[roles] = self._render(roles, _contents(roles, _NEUTRAL))
            except TemplateError as error:
                self._errors[roles] = str(error)
        refusals = tuple(self._refusals())
        if refusals:
            return TurnModel(refusals=refusals)
        try:
            return self._composed()
        except _Failed as failure:
            return TurnModel(mismatch=failure.mismatch)

    def _refusals(self) -> Iterator[Refusal]:
        """Orders that occur in no accepted conversation, though what leads to them does."""
        accepted = {order for roles in self._plain for order in _orders(roles)}
        reported: set[Order] = set()
        for roles, message in self._errors.items():
            *lead, last = _orders(roles)
            if last not in accepted | reported and accepted.issuperset(lead):
                reported.add(last)
                yield Refusal(last, message)

    def _composed(self) -> TurnModel:
        self._check_errors()
        model = self._learn()
        for roles in self._plain:
            self._check_generation_prompt(model, roles)
            for contents in _hostile_contents(roles):
                self._compare(model, roles, contents, open=False)
                if contents[-1].strip():
                    self._compare(model, roles, contents, open=True)
        return model

    def _check_errors(self) -> None:
        """A conversation that is refused must be one that is only a beginning, such as a lone system turn."""
        for roles, message in self._errors.items():
            if not any(longer[: len(roles)] == roles for longer in self._plain):
                raise _Failed(
                    Mismatch(roles, 0, "", message, "the template refuses this conversation")
                )

    def _learn(self) -> TurnModel:
        pieces = {roles: self._between(roles, text) for roles, text in self._plain.items()}
        closers: dict[Role, str] = {}
        for roles, between in pieces.items():
            _learn_same(
                closers,
                roles[-1],
                between[-1],
                roles,
                "the end of a turn depends on the turns before it",
            )
        closers = {role: closers.get(role, "") for _, role in self._orders}
        openers: dict[Order, str] = {}
        for roles, between in pieces.items():
            for order, text in zip(_orders(roles), between, strict=False):
                closer = closers[order[0]] if order[0] else ""
                if not text.startswith(closer):
                    raise _Failed(
                        _difference(
                            roles, closer, text, "the end of a turn depends on what follows"
                        )
                    )
                opener = text.removeprefix(closer)
                _learn_same(
                    openers,
                    order,
                    opener,
                    roles,
                    "the start of a turn depends on more than the one before",
                )
        model = TurnModel(openers, closers)
        return TurnModel(openers, closers, {role: self._trim(model, role) for role in closers})

    def _between(self, roles: tuple[Role, ...], text: str) -> list[str]:
        """The text before, between and after the contents."""
        between: list[str] = []
        rest = text
        for content in _contents(roles, _NEUTRAL):
            before, found, rest = rest.partition(content)
            if not found or content in rest:
                raise _Failed(
                    Mismatch(
                        roles,
                        0,
                        content,
                        text[:40],
                        "the contents don't stand there once, in order",
                    )
                )
            between.append(before)
        return [*between, rest]

    def _trim(self, model: TurnModel, role: Role) -> Trim:
        """How contents of a role are trimmed; when no way of trimming explains it, the comparison will say so."""
        roles = next((roles for roles in self._plain if role in roles), ())
        contents = [
            _HOSTILE[0].format(n) if r == role else _NEUTRAL.format(n) for n, r in enumerate(roles)
        ]
        rendered = self._render(roles, contents)
        choices = [Trim(left, right) for left in (False, True) for right in (False, True)]
        for trim in choices:
            if (
                TurnModel(model.openers, model.closers, {role: trim}).text(roles, contents)
                == rendered
            ):
                return trim
        return Trim()

    def _check_generation_prompt(self, model: TurnModel, roles: tuple[Role, ...]) -> None:
        if (roles[-1], "assistant") not in self._orders:
            return
        contents = _contents(roles, _NEUTRAL)
        composed = model.text(roles, contents) + model.openers[roles[-1], "assistant"]
        rendered = self._template.render(_messages(roles, contents), add_generation_prompt=True)
        if composed != rendered:
            why = "the generation prompt differs from the start of an assistant turn"
            raise _Failed(_difference((*roles, "assistant"), composed, rendered, why))

    def _compare(
        self, model: TurnModel, roles: tuple[Role, ...], contents: Sequence[str], *, open: bool
    ) -> None:
        composed = model.text(roles, contents, open=open)
        try:
            rendered = self._render(roles, contents, open=open)
        except TemplateError as error:
            raise _Failed(
                Mismatch(roles, 0, composed[:40], str(error), "the template refuses a content")
            ) from error
        if composed != rendered:
            raise _Failed(_difference(roles, composed, rendered))

    def _render(self, roles: Sequence[Role], contents: Sequence[str], *, open: bool = False) -> str:
        return self._template.render(_messages(roles, contents), continue_final_message=open)


def _learn_same(
    known: dict[_Key, str], key: _Key, text: str, roles: tuple[Role, ...], why: str
) -> None:
    if known.setdefault(key, text) != text:
        raise _Failed(_difference(roles, known[key], text, why))


def _conversations(orders: frozenset[Order]) -> Iterator[tuple[Role, ...]]:
    """The conversations of up to `DEPTH` turns, and one that ends in each order that lies deeper."""
    reached: set[Order] = set()
    level: list[tuple[Role, ...]] = [()]
    steps = sorted(orders, key=str)
    depth = 0
    while level:
        longer = [
            _longer(roles, order) for roles in level for order in steps if _ends(roles, order[0])
        ]
        depth += 1
        if depth > DEPTH:
            longer = [roles for roles in longer if _orders(roles)[-1] not in reached]
        yield from longer
        reached |= {_orders(roles)[-1] for roles in longer}
        level = longer


def _longer(roles: tuple[Role, ...], order: Order) -> tuple[Role, ...]:
    return (*roles, order[1])


def _ends(roles: tuple[Role, ...], before: Role | None) -> bool:
    return (roles[-1] if roles else None) == before


def _orders(roles: Sequence[Role]) -> list[Order]:
    return list(zip((None, *roles[:-1]), roles, strict=True))


def _contents(roles: Sequence[Role], pattern: str) -> list[str]:
    return [pattern.format(n, n) for n in range(len(roles))]


def _hostile_contents(roles: Sequence[Role]) -> Iterator[list[str]]:
    """Contents that are all of one kind, and mixed ones."""
    for shift in range(len(_HOSTILE)):
        for step in (0, 1) if len(roles) > 1 else (0,):
            kinds = [_HOSTILE[(shift + step * n) % len(_HOSTILE)] for n in range(len(roles))]
            yield [kind.format(n, n) for n, kind in enumerate(kinds)]


def _messages(roles: Sequence[Role], contents: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"role": role, "content": content} for role, content in zip(roles, contents, strict=True)
    ]


def _difference(roles: tuple[Role, ...], composed: str, rendered: str, why: str = "") -> Mismatch:
    pairs = zip(composed, rendered, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(composed), len(rendered)))
    shown = slice(max(0, at - 10), at + 20)
    mismatch = Mismatch(roles, at, composed[shown], rendered[shown])
    return Mismatch(roles, at, composed[shown], rendered[shown], why or mismatch.why)
