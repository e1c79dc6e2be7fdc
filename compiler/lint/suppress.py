"""Inline suppressions: `# sglc: ignore[PFX101] reason`, on the line, the line above, or for the whole file.

`# sglc: ignore-file[PFX201] reason` holds for the file. A suppression that suppresses nothing is itself a
finding (PFX901), so that they don't outlive what they were for.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .finding import Finding, Place

_COMMENT = re.compile(
    r"(?:#|\{#|//|<!--)[^\n]*?\bsglc:\s*ignore(?P<file>-file)?\[(?P<codes>[A-Z0-9, ]+)\](?P<reason>[^\n]*)"
)


@dataclass(slots=True)
class Suppression:
    """One comment: its place, the codes it names, and which of them suppressed something."""

    place: Place
    codes: tuple[str, ...]
    is_whole_file: bool
    reason: str
    used: set[str] = field(default_factory=set)

    def covers(self, place: Place) -> bool:
        """Whether it is about a place."""
        if place.file != self.place.file:
            return False
        return self.is_whole_file or place.line in (self.place.line, self.place.line + 1)


def suppressions_in(file: str, text: str) -> list[Suppression]:
    """The suppressions of a file."""
    if "sglc:" not in text:
        return []
    found: list[Suppression] = []
    lines = (
        _comment_lines(text)
        if file.endswith(".py")
        else dict(enumerate(text.splitlines(), start=1))
    )
    for number, line in lines.items():
        for match in _COMMENT.finditer(line):
            codes = tuple(code.strip() for code in match["codes"].split(",") if code.strip())
            place = Place(file, number, match.start() + 1, number, match.end() + 1)
            reason = match["reason"].strip().removesuffix("#}").removesuffix("-->").strip()
            found.append(Suppression(place, codes, bool(match["file"]), reason))
    return found


def _comment_lines(text: str) -> dict[int, str]:
    """The comments of a Python file by line, each at its column: what stands in a string is none."""
    found: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = " " * token.start[1] + token.string
    except (tokenize.TokenError, SyntaxError):
        pass  # the file is not analysed either, and that is said
    return found


def unsuppressed(findings: Iterable[Finding], suppressions: Sequence[Suppression]) -> list[Finding]:
    """The findings that no suppression covers; suppressions note what they were used for."""
    return [finding for finding in findings if not _is_suppressed(finding, suppressions)]


def _is_suppressed(finding: Finding, suppressions: Sequence[Suppression]) -> bool:
    places = (finding.evidence.origin, finding.evidence.sink)
    hit = False
    for each in suppressions:
        named = [code for code in finding.codes if code in each.codes]
        if named and any(each.covers(place) for place in places):
            each.used.update(named)
            hit = True
    return hit


def unused(suppressions: Iterable[Suppression], enabled: frozenset[str]) -> list[tuple[Place, str]]:
    """Places and codes of suppressions that suppressed nothing, of rules that were looked for."""
    return [
        (each.place, code)
        for each in suppressions
        for code in each.codes
        if code in enabled and code not in each.used
    ]
