"""Tries a chat template: does what it rendered stay when a conversation goes on, does it read a clock or fail?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ....ir.target.child import Case, Outcome, TemplateChild
from ..finding import Cause
from ..logs.differences import common, excerpt
from .conversations import TOOLS, Trial, failures, plain, trials

_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
"""What a template gets that comes without its tokenizer."""

_SEEDS = (1, 2, 3, 4)
"""Of a template that draws, at least one of these draws something else."""

DAY, OTHER_DAY = "2026-01-01", "2026-02-03"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template: cause, words, and the two texts with the place at which they part."""

    cause: Cause
    what: str
    before: str = ""
    now: str = ""
    at: int = 0
    notes: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    """What gave the two texts, so that they can be rendered again and traced."""

    line: int = 0
    """The line at which it fails, where that is known."""

    stops_all: bool = False
    """Whether nothing else could be tried."""


def faults_of(child: TemplateChild, source: str, always: Mapping[str, Any]) -> list[Fault]:
    """Everything that a template does wrong; `always`: the variables of all trials. Raises ChildError."""
    found: list[Fault] = []
    first = _clock(child, source, always)
    if first is not None:
        found.append(first)
    is_drawn = first is not None and first.cause is Cause.RANDOM
    broken = [] if is_drawn else list(_not_monotone(child, source, always))
    if broken:
        found.append(next((each for each in broken if _is_inside(each)), broken[0]))
    order = _order(child, source, always)
    if order is not None:
        found.append(order)
    found += _failing(child, source, always)
    return found


_OPENING = 40
"""Characters that open an answer at most."""


def _is_inside(fault: Fault) -> bool:
    """Whether more is rewritten than what opens the next answer."""
    return len(fault.before) - fault.at > _OPENING


def _case(
    trial_messages: Sequence[Any],
    variables: Mapping[str, Any],
    always: Mapping[str, Any],
    ask: bool,
    day: str = DAY,
) -> Case:
    known = {"tools": None, "documents": None, **_TOKENS, **always, **variables}
    return Case({**known, "messages": list(trial_messages), "add_generation_prompt": ask}, day)


def _clock(child: TemplateChild, source: str, always: Mapping[str, Any]) -> Fault | None:
    for trial in trials(source):
        given = (trial.messages, trial.variables, always, True)
        cases = [_case(*given, day) for day in (DAY, OTHER_DAY)]
        drawn = [replace(cases[0], seed=seed) for seed in _SEEDS]
        one, other, *again = child.render(source, [*cases, *drawn])
        if one.text is None or other.text is None:
            continue
        unlike = next((a.text for a in again if a.text not in (None, one.text)), None)
        if unlike is not None:
            return _drawn(one.text, unlike)
        if one.text == other.text:
            continue
        at = common(one.text, other.text)
        notes = (f"on one day:  {excerpt(one.text, at)}", f"on another: {excerpt(other.text, at)}")
        what = "the prompt is another one on another day"
        return Fault(
            Cause.TEMPLATE_CLOCK, what, one.text, other.text, at, notes, (cases[0], cases[1])
        )
    return None


def _drawn(one: str, again: str) -> Fault:
    at = common(one, again)
    notes = (f"once:  {excerpt(one, at)}", f"again: {excerpt(again, at)}")
    return Fault(Cause.RANDOM, "what the chat template draws", one, again, at, notes)


def _not_monotone(child: TemplateChild, source: str, always: Mapping[str, Any]) -> Iterator[Fault]:
    """Trials in which a prompt, or a prompt with its answer, is no prefix of the next prompt."""
    for trial in trials(source):
        yield from _grown(child, source, always, trial)


def _grown(
    child: TemplateChild, source: str, always: Mapping[str, Any], trial: Trial
) -> Iterator[Fault]:
    lengths = trial.asked()
    cases = [_case(trial.messages[:n], trial.variables, always, True) for n in lengths]
    answered = [
        _case(trial.messages[: n + 1], trial.variables, always, False) for n in lengths[:-1]
    ]
    outcomes = child.render(source, [*cases, *answered])
    prompts, answers = outcomes[: len(cases)], outcomes[len(cases) :]
    for number, (before, now) in enumerate(itertools.pairwise(prompts)):
        fault = _compared(before, now, trial, lengths[number + 1], "what was asked with")
        if fault is not None:
            yield replace(fault, cases=(cases[number], cases[number + 1]))
            break
    for number, (before, now) in enumerate(zip(answers, prompts[1:], strict=False)):
        fault = _answer(before, now, trial, lengths[number])
        if fault is not None:
            yield replace(fault, cases=(answered[number], cases[number + 1]))
            return


def _compared(before: Outcome, now: Outcome, trial: Trial, length: int, what: str) -> Fault | None:
    if before.text is None or now.text is None or now.text.startswith(before.text):
        return None
    at = common(before.text, now.text)
    share = f"{100 * at // max(len(before.text), 1)} %"
    notes = (
        f"before: {excerpt(before.text, at)}",
        f"now:    {excerpt(now.text, at)}",
        f"{share} of the prompt of {trial.name} stays when it grows to {length} messages",
    )
    words = f"the chat template rewrites {what} when a conversation goes on ({trial.name})"
    return Fault(Cause.NOT_MONOTONE, words, before.text, now.text, at, notes)


def _answer(before: Outcome, now: Outcome, trial: Trial, at_message: int) -> Fault | None:
    """An answer with its reasoning, against how the template shows it one turn later."""
    if before.text is None or now.text is None:
        return None
    at = common(before.text, now.text)
    message = trial.messages[at_message]
    content = str(message.get("content") or "")
    marker = content.split("</think>")[-1].strip()
    end = before.text.rfind(marker) + len(marker) if marker else -1
    if end < 0 or at >= end:
        return None
    return _compared(before, now, trial, at_message + 2, "an answer and its reasoning")


def _order(child: TemplateChild, source: str, always: Mapping[str, Any]) -> Fault | None:
    """Tools or system text behind a user's message."""
    variables = {"tools": TOOLS} if "tools" in source else {}
    case = _case(plain(), variables, always, True)
    (one,) = child.render(source, [case])
    user = one.text.find("Question 0 qz") if one.text is not None else -1
    for what, mark in (("tools", "find_shelf_qz"), ("system text", "System text qz")):
        at = one.text.find(mark) if one.text is not None else -1
        if 0 <= user < at:
            words = f"the chat template puts {what} behind the turns"
            notes, text = (excerpt(one.text or "", at),), one.text or ""
            return Fault(Cause.TEMPLATE_ORDER, words, text, text, at, notes, (case, case))
    return None


def _failing(child: TemplateChild, source: str, always: Mapping[str, Any]) -> list[Fault]:
    (base,) = child.render(source, [_case(plain(False)[:1], {}, always, True)])
    if base.text is None:
        return [
            Fault(
                Cause.TEMPLATE_FAILS,
                f"the chat template fails for one user message: {base.error[:120]}",
                line=base.line,
                stops_all=True,
            )
        ]
    found: list[Fault] = []
    whole = Trial("a conversation", plain(False), {})
    for trial in [whole, *failures(source)]:
        (one,) = child.render(source, [_case(trial.messages, trial.variables, always, True)])
        if one.text is None:
            found.append(
                Fault(
                    Cause.TEMPLATE_FAILS,
                    f"the chat template fails for {trial.name}: {one.error[:120]}",
                    line=one.line,
                )
            )
        elif trial.name.startswith("null") and "None" in one.text:
            at = one.text.find("None")
            found.append(
                Fault(
                    Cause.TEMPLATE_FAILS,
                    "the chat template writes `None` for null content",
                    one.text,
                    one.text,
                    at,
                )
            )
    return found
