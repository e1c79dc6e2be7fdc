"""What a program is compiled for: a tokenizer, a chat template and the rules of a prefix cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .rules import Rules, rules_for
from .template import ChatTemplate
from .tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class Target:
    """A target. A plan carries the digests of its tokenizer and template, and runs on no other."""

    name: str
    tokenizer: Tokenizer
    template: ChatTemplate | None = None
    rules: Rules = field(default_factory=lambda: rules_for("sglc"))

    @classmethod
    def load(cls, folder: str | Path) -> Target:
        """The target of a model folder in Hugging Face format. Raises OSError or ValueError."""
        path = Path(folder)
        return cls(path.name, Tokenizer.from_file(path), ChatTemplate.from_folder(path))

    @classmethod
    def estimating(cls) -> Target:
        """The target that stands in where no model is at hand: every number is approximate."""
        return cls("estimate", Tokenizer.estimating(), ChatTemplate.chatml())

    def told(self, arguments: Mapping[str, Any], date: str = "") -> Target:
        """The target with more arguments for its template, and perhaps another day for it to see."""
        if self.template is None or not (arguments or date):
            return self
        given = {**self.template.arguments, **arguments}
        day = date or self.template.date
        return replace(self, template=replace(self.template, arguments=given, date=day))

    @property
    def template_digest(self) -> str:
        """The digest of the template; empty without one."""
        return self.template.digest if self.template else ""
