"""API speculation: the gens of one assistant turn become one call of a chat API, split by what stands between them.

A chat API sends the whole prompt again for each call. When the model writes the turn's own literals by itself,
one call answers all gens of the turn; when it does not, the call is tried again, and after three tries it is
an error. All state is that of one turn of one run.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...lang.python.surface import GenMark
from ...runtime.plan.errors import RunError
from ...runtime.plan.schema import Expr, GenStep, InsertStep, Lit, Ref, SourceSpan, TextStep
from ...runtime.trace.records import Speculated
from .live_prompt import PROMPT, VALUE, LivePrompt
from .session import NODE
from .variables import Variable

TRIES = 3


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that was appended to a turn and not sent yet."""

    item: str | GenMark
    span: SourceSpan | None
    variable: Variable | None


def can_speculate(turn: Sequence[Pending]) -> bool:
    """Whether one call can stand for all gens of a turn.

    There must be at least two, asked with the same parameters but for where they end, and text between each
    two of them, or a stop, must say where one ends.
    """
    gens = [pending.item for pending in turn if isinstance(pending.item, GenMark)]
    if len(gens) < 2 or any(
        gen.constraint is not None or gen.tools or "n" in gen.given for gen in gens
    ):
        return False
    if len({tuple(sorted(_parameters(gen).items())) for gen in gens}) > 1:
        return False
    pairs = itertools.pairwise(turn)
    return all(
        isinstance(after.item, str) or _stops(before.item)
        for before, after in pairs
        if isinstance(before.item, GenMark)
    )


def _parameters(gen: GenMark) -> dict[str, object]:
    return {k: v for k, v in gen.given.items() if k not in ("stop", "max_tokens")}


def _stops(item: str | GenMark) -> tuple[str, ...]:
    if isinstance(item, str):
        return ()
    stop = item.given.get("stop", ())
    return (stop,) if isinstance(stop, str) else tuple(stop)


def split(text: str, items: Sequence[str | GenMark]) -> list[str] | None:
    """The answers of the gens, when `text` goes as the turn does; None when it does not."""
    answers: list[str] = []
    at = 0
    for number, item in enumerate(items):
        if isinstance(item, str):
            if not text.startswith(item, at):
                return None
            at += len(item)
            continue
        following = items[number + 1] if number + 1 < len(items) else ""
        ends = [*_stops(item), following if isinstance(following, str) else ""]
        found = [end for each in ends if each and (end := text.find(each, at)) >= 0]
        if not found and number + 1 < len(items):
            return None
        end = min(found, default=len(text))
        answers.append(text[at:end])
        at = end
    return answers


async def speculate(prompt: LivePrompt, turn: Sequence[Pending], tokens: int) -> None:
    """Ask once for the whole turn, and bind its gens. Raises RunError (SGL0593) after three mismatches."""
    items = [pending.item for pending in turn]
    gens = [pending for pending in turn if isinstance(pending.item, GenMark)]
    text = ""
    for number in range(TRIES):
        text = await _ask(prompt, gens, tokens, number)
        answers = split(text, items)
        if answers is not None:
            lengths = await _append(prompt, turn, iter(answers))
            _note(prompt, len(gens), number + 1, True, sum(lengths[1:]))
            return
    _note(prompt, len(gens), TRIES, False, 0)
    raise RunError(
        "SGL0593",
        f"the answer did not go as the turn does, {TRIES} times; the last began {text[:60]!r}",
        "an instruction that shows the format, or no `num_api_spec_tokens`, lets it end well",
        gens[0].span,
    )


async def _ask(prompt: LivePrompt, gens: Sequence[Pending], tokens: int, number: int) -> str:
    """One call for the whole turn; the prompt stays as it is."""
    first, last = gens[0], gens[-1]
    assert isinstance(first.item, GenMark)
    given = {**prompt.session.defaults, **_parameters(first.item), "max_tokens": tokens}
    site = prompt.session.site(first.item.place)
    family = prompt.session.family(
        "gen", "+".join(_name(pending) for pending in gens), site, first.span,
        sampling={**given, "stop": list(_stops(last.item))},
    )  # fmt: skip
    indices: list[Expr] = [Lit(each) for each in (*prompt.arm, number)]
    await prompt.execute(GenStep(family.id, Ref(PROMPT), VALUE, None, None, indices), first.span)
    return prompt.frame.registers[VALUE]


def _name(pending: Pending) -> str:
    return (pending.item.name or "") if isinstance(pending.item, GenMark) else ""


async def _append(prompt: LivePrompt, turn: Sequence[Pending], answers: Iterator[str]) -> list[int]:
    """Append the turn and bind its variables; the prompt lengths at which each gen would have been asked."""
    lengths: list[int] = []
    for pending in turn:
        if isinstance(pending.item, str):
            await prompt.execute(TextStep(PROMPT, Ref(PROMPT), pending.item, NODE), pending.span)
            prompt.stream.write(pending.item)
            continue
        lengths.append(_length(prompt))
        value = next(answers)
        await prompt.execute(InsertStep(PROMPT, Ref(PROMPT), Lit(value), NODE), pending.span)
        prompt.stream.write(value, _name(pending))
        if pending.variable is not None:
            pending.variable.value.set_result(value)
    return lengths


def _length(prompt: LivePrompt) -> int:
    state = prompt.place.prompt
    return len(state.ids(prompt.session.run.target.tokenizer)) if state else 0


def _note(prompt: LivePrompt, gens: int, tries: int, matched: bool, saved: int) -> None:
    row = prompt.frame.scope.row
    prompt.session.run.sink.add(Speculated(row, gens, tries, matched, saved))
