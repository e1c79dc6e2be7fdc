"""Words that tie a piece of a prompt to the place where it stands; used by `move-code`.

A section that says "the document above" means something else, or nothing, somewhere else. This
reads English only as far as it must, and errs on the side of leaving text where it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Tie = Literal["after", "before", "next", "previous", "fixed", "numbered"]
"""What a word demands of a section:

- `after`: stays after all sections that precede it; `before`: before all that follow it.
- `next`, `previous`: stays directly before or after its neighbour.
- `fixed`: nothing moves past it. `numbered`: keeps its order among the numbered sections.
"""

SLOT = "\ufffc"
"""Stands for an inserted value in the text of a section."""

_NOUN = (
    r"(?:document|text|passage|article|list|table|code|context|example|instruction|rule|question|"
    r"conversation|message|file|section|paragraph|story|email|report|data|schema|essay|contract|"
    r"review|transcript|snippet|note|guideline|requirement|constraint|result|answer|format|step|"
    r"point|fact|source|tool|item|case|input|information|material|excerpt|quote|policy|product)s?"
)
_ORDINAL = r"(?:first|second|third|fourth|last|final|top|bottom|leftmost|initial)"


@dataclass(frozen=True, slots=True)
class Reference:
    """A word or phrase, and what it demands."""

    words: str
    tie: Tie


def _rule(pattern: str, tie: Tie) -> tuple[re.Pattern[str], Tie]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE), tie


_ANYWHERE = (
    _rule(r"\b(?:above|aforementioned|aforesaid|foregoing|earlier|previously|hereinabove)\b", "after"),
    _rule(r"\b(?:the|as|in|like|than) (?:former|latter|before)\b", "after"),
    _rule(r"\b(?:preceding|previous|prior) " + _NOUN, "previous"),
    _rule(r"\b(?:you|we) (?:have )?(?:just|already) (?:read|seen|been given|received)\b", "after"),
    _rule(r"\b(?:below|beneath|underneath|hereafter|subsequent|later on)\b", "before"),
    _rule(r"\bthe " + _ORDINAL + r"(?: \w+)? " + _NOUN, "fixed"),
    _rule(r"\b(?:at|from|to|in) the (?:very )?(?:top|start|beginning|end|bottom)\b", "fixed"),
    _rule(r"\b(?:so far(?!\s*:)|up to here|up to this point|until now|from now on|from here on)\b", "fixed"),
    _rule(r"\b(?:everything|anything|all|whatever|nothing) (?:that )?(?:comes |came |is |was )?"
          r"(?:after|before)\b", "fixed"),
    _rule(r"\b(?:ignore|disregard|forget|override)\b", "fixed"),
    _rule(r"\b(?:follows|following)\b(?!\s+(?:the|your|our|their|his|her|my|a|an)\b)", "next"),
    _rule(r"\b(?:comes |came )?next\b(?! to\b| (?:day|week|month|year|time)\b)", "next"),
)  # fmt: skip
_AT_START = (
    _rule(r"\A\s*(?:this|that|these|those|it|they|them|he|she|his|her|its|their|such|both|here)\b", "previous"),
    _rule(r"\A\s*(?:and|but|or|so|also|then|therefore|thus|hence|otherwise|instead|similarly|likewise|"
          r"again|however|additionally|furthermore|moreover|besides|in addition|in contrast|"
          r"for example|for instance|in particular|specifically|the same|otherwise|except)\b", "previous"),
    _rule(r"\A\s*(?:\(?\d+[.):]|[#*-]*\s*\(?[a-z][.)]\s|(?:step|part|section|rule|item|example|q|question|"
          r"chapter|phase|stage|point|turn|round|day)\s*#?\d+\b|[ivx]+[.)]\s)", "numbered"),
    _rule(r"\A\s*(?:(?:first|second|third|fourth|last|next)\s*[,:]|firstly|secondly|thirdly|finally|"
          r"lastly|to begin|to conclude|in conclusion|in summary|to sum up)", "numbered"),
)  # fmt: skip
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|these|those|this|him|her)\b", re.IGNORECASE)
_POINTS_AT_NOUN = re.compile(r"\b(?:this|that|these|those) (" + _NOUN + r")\b", re.IGNORECASE)
_OWN_RULES = re.compile(
    r"(?:rule|instruction|guideline|requirement|constraint|point)s?", re.IGNORECASE
)
_LABEL = re.compile(r"\A\s*([A-Za-z][\w ]{0,20}):")
_ANNOUNCES = re.compile(r"(?::|\bhere (?:is|are)\b[^.\n]*|=>|->|-{3,}|={3,})\s*\Z", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)(?:\s[^<>]*?)?(/?)>")


def references(text: str) -> list[Reference]:
    """What ties a section to its place. `text` has `SLOT` where a value is inserted."""
    found = [
        Reference(match[0].strip(), tie)
        for rule, tie in (*_ANYWHERE, *_AT_START)
        for match in rule.finditer(text)
        if not (tie == "next" and _is_answered(text, match.end()))
    ]
    return [*found, *_pronouns(text), *_announcement(text), *_open_markup(text)]


def label_of(text: str) -> str:
    """The label that a section begins with (`Q` of `Q: ...`), in lower case; empty without one."""
    match = _LABEL.match(text)
    return match[1].strip().lower() if match else ""


def _is_answered(text: str, end: int) -> bool:
    """Whether what "the following" announces stands in the same section."""
    rest = text[end:]
    return SLOT in rest or len(re.findall(r"\w+", rest.partition("\n")[2])) > 2


def _pronouns(text: str) -> list[Reference]:
    """Pronouns for which the section itself has nothing that they could stand for."""
    found: list[Reference] = []
    for match in _POINTS_AT_NOUN.finditer(text):
        before = text[: match.start()]
        says_it = match[1].lower().rstrip("s") in before.lower()
        is_itself = bool(_OWN_RULES.fullmatch(match[1])) and bool(re.search(r"[.!?]\s", before))
        if SLOT not in before and not says_it and not is_itself:
            found.append(Reference(match[0], "previous"))
    for match in _PRONOUN.finditer(text):
        before = text[: match.start()]
        if SLOT not in before and len(re.findall(r"[^\W\d_]{3,}", before)) < 3:
            found.append(Reference(match[0], "previous"))
            break
    return found


def _announcement(text: str) -> list[Reference]:
    """A section that ends in `:` and the like is the head of what comes after it."""
    match = _ANNOUNCES.search(text)
    return [Reference(match[0].strip() or "heading", "next")] if match else []


def _open_markup(text: str) -> list[Reference]:
    """Tags, fences and brackets that a section opens or closes alone."""
    found: list[Reference] = []
    depth: dict[str, int] = {}
    for match in _TAG.finditer(text):
        if not match[3]:
            depth[match[2]] = depth.get(match[2], 0) + (-1 if match[1] else 1)
    found += [Reference(f"<{name}>", "fixed") for name, count in depth.items() if count]
    if text.count("```") % 2:
        found.append(Reference("```", "fixed"))
    found += [
        Reference(pair, "fixed")
        for pair in ("()", "[]", "{}")
        if text.count(pair[0]) != text.count(pair[1]) and not re.search(r"\w\)", text)
    ]
    return found
