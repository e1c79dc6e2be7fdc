"""The targets that random programs are judged under: chat templates of every kind, and any tokenizer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from real_templates import target_of

from sglc.ir.target import ChatTemplate, Target

TEMPLATES = Path(__file__).parent / "ir" / "target" / "templates"


@dataclass(frozen=True)
class Setting:
    """A target, and whether its template takes questions and answers in turn alone."""

    target: Target
    alternates: bool = False

    @property
    def calls(self) -> bool:
        """Whether its template says how a model calls tools."""
        return self.target.template is not None and self.target.template.calls.is_known


KINDS = {
    "trims": "trims",
    "trims some": "trims_users",
    "inserts a system turn": "inserts_system",
    "strips thinking": "strips_thinking",
    "alternates": "alternates",
    "shows tools, so that it renders whole": "shows_tools",
    "renders whole": "numbers",
    "writes calls as JSON": "calls_as_json",
    "writes calls as tags": "calls_as_tags",
    "shows calls alone": "calls_alone",
}
"""By kind, the file of a template; each has something that plain ChatML does not have."""


def with_template(target: Target, kind: str) -> Setting:
    """The target with a template of that kind."""
    source = (TEMPLATES / f"{KINDS[kind]}.jinja").read_text("utf-8")
    tokens = {"bos_token": "<|endoftext|>"}
    tokenizer = target.tokenizer
    if "calls" in kind and tokenizer.digest == Target.estimating().tokenizer.digest:
        tokenizer = target_of(kind, source).tokenizer  # the mock begins a call by a token alone
    template = ChatTemplate(source, tokens)
    return Setting(
        replace(target, name=f"{target.name}, {kind}", tokenizer=tokenizer, template=template),
        alternates=kind == "alternates",
    )


def settings(target: Target | None = None) -> tuple[Setting, ...]:
    """A target with its own template and with one of each kind; without a target that of the estimate."""
    target = Target.estimating() if target is None else target
    return (Setting(target), *(with_template(target, kind) for kind in KINDS))


def any_setting(source: random.Random, among: Sequence[Setting]) -> Setting:
    """The first of some, half of the time; otherwise any."""
    return among[0] if source.randrange(2) else among[source.randrange(len(among))]
