"""Tries a chat template: does what it rendered stay when a conversation goes on, does it read a clock or fail?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ....ir.target.child import Case, Outcome, TemplateChild
from ..finding import Cause
from ..logs.differences import common, excerpt
from .conversations import TOOLS, Trial, failures, plain, trials

_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
"""What a template gets that comes without its tokenizer."""

OTHER_DAY = "2026-02-03"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template: cause, words, and the two texts with the place at which they part."""

    cause: Cause
    what: str
    before: str = ""
    now: str = ""
    at: int = 0
    notes: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    stops_all: bool = False
    """Whether nothing else could be tried."""


def faults_of(child: TemplateChild, source: str, tokens: Mapping[str, str]) -> list[Fault]:
    """Everything that a template does wrong. Raises ChildError."""
    found: list[Fault] = []
    first = _clock(child, source, tokens)
    if first is not None:
        found.append(first)
    broken = next(_not_monotone(child, source, tokens), None)
    if broken is not None:
        found.append(broken)
    order = _order(child, source, tokens)
    if order is not None:
        found.append(order)
    found += _failing(child, source, tokens)
    return found


def _case(
    trial_messages: Sequence[Any],
    variables: Mapping[str, Any],
    tokens: Mapping[str, str],
    ask: bool,
    day: str = "2026-01-01",
) -> Case:
    known = {"tools": None, "documents": None, **_TOKENS, **tokens, **variables}
    return Case({**known, "messages": list(trial_messages), "add_generation_prompt": ask}, day)


def _clock(child: TemplateChild, source: str, tokens: Mapping[str, str]) -> Fault | None:
    messages = plain()
    cases = [_case(messages, {}, tokens, True), _case(messages, {}, tokens, True, OTHER_DAY)]
    one, other = child.render(source, cases)
    if one.text is None or other.text is None or one.text == other.text:
        return None
    at = common(one.text, other.text)
    notes = (f"on one day:  {excerpt(one.text, at)}", f"on another: {excerpt(other.text, at)}")
    what = "the prompt is another one on another day"
    return Fault(Cause.TEMPLATE_CLOCK, what, one.text, other.text, at, notes)


def _not_monotone(child: TemplateChild, source: str, tokens: Mapping[str, str]) -> Iterator[Fault]:
    """Trials in which a prompt, or a prompt with its answer, is no prefix of the next prompt."""
    for trial in trials(source):
        yield from _grown(child, source, tokens, trial)


def _grown(
    child: TemplateChild, source: str, tokens: Mapping[str, str], trial: Trial
) -> Iterator[Fault]:
    lengths = trial.asked()
    cases = [_case(trial.messages[:n], trial.variables, tokens, True) for n in lengths]
    answered = [
        _case(trial.messages[: n + 1], trial.variables, tokens, False) for n in lengths[:-1]
    ]
    outcomes = child.render(source, [*cases, *answered])
    prompts, answers = outcomes[: len(cases)], outcomes[len(cases) :]
    for number, (before, now) in enumerate(itertools.pairwise(prompts)):
        fault = _compared(before, now, trial, lengths[number + 1], "what was asked with")
        if fault is not None:
            yield fault
            return
    for number, (before, now) in enumerate(zip(answers, prompts[1:], strict=False)):
        fault = _answer(before, now, trial, lengths[number])
        if fault is not None:
            yield fault
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


def _order(child: TemplateChild, source: str, tokens: Mapping[str, str]) -> Fault | None:
    """Tools behind a user's message."""
    if "tools" not in source:
        return None
    messages = plain()
    (one,) = child.render(source, [_case(messages, {"tools": TOOLS}, tokens, True)])
    if one.text is None or "find_shelf_qz" not in one.text:
        return None
    tool, user = one.text.find("find_shelf_qz"), one.text.find("Question 0 qz")
    if user < 0 or tool < user:
        return None
    notes = (excerpt(one.text, tool),)
    return Fault(
        Cause.TEMPLATE_ORDER,
        "the chat template puts tools behind the turns",
        one.text,
        one.text,
        tool,
        notes,
    )


def _failing(child: TemplateChild, source: str, tokens: Mapping[str, str]) -> list[Fault]:
    (base,) = child.render(source, [_case(plain(False)[:1], {}, tokens, True)])
    if base.text is None:
        return [
            Fault(
                Cause.TEMPLATE_FAILS,
                f"the chat template fails for one user message: {base.error[:120]}",
                stops_all=True,
            )
        ]
    found: list[Fault] = []
    whole = Trial("a conversation", plain(False), {})
    for trial in [whole, *failures(source)]:
        (one,) = child.render(source, [_case(trial.messages, trial.variables, tokens, True)])
        if one.text is None:
            found.append(
                Fault(
                    Cause.TEMPLATE_FAILS,
                    f"the chat template fails for {trial.name}: {one.error[:120]}",
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
