"""Safe seams: places where a text may be cut into tokens whatever is appended later.

At a safe seam no continuation can change the tokens on the left, and tokenizing the right side on
its own gives the tokens that it has in the whole. Directly after a control token is always safe.
Where every part of the pre-tokenizer is known to put a border there, so is a place where
something other than white space is followed by white space:

- no known alternative matches something followed by white space, except that some take the
  newlines after punctuation along, so that before a newline only a letter or digit will do;
- look-aheads see one character past a run of white space, or to the end of a run of digits: both
  lie to the left of such a place, or are the place itself;
- contractions (`it` + `'s`) and groups of digits counted from the right do depend on what is
  appended, and a place inside or at the end of a word is never taken.

Unknown patterns, normalizers other than NFC, and models that don't work word by word (Metaspace,
Unigram) leave the control tokens alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Alternatives in which nothing but the first character can be white space, and those that match white
# space alone. What is on this list was read, one by one, against the argument in the docstring.
_SAFE_ALTERNATIVES = frozenset(
    {
        # contractions
        "'s", "'t", "'re", "'ve", "'m", "'ll", "'d",
        "'(?:[sdmt]|ll|ve|re)",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
        "'(?i:[sdmt]|ll|ve|re)",
        # GPT-2
        r" ?\p{L}+", r" ?\p{N}+", r" ?[^\s\p{L}\p{N}]+", r"\s+(?!\S)", r"\s+", r"\s",
        r"\p{L}+", r" ?[^\s\p{L}\p{N}\p{M}]+",
        # cl100k, Llama 3, Qwen
        r"[^\r\n\p{L}\p{N}]?\p{L}+", r"[^\r\n\p{L}\p{N}]?+\p{L}+", r"[^\r\n\p{L}\p{N}]?+\p{L}++",
        r"[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+",
        r"\p{N}", r"\p{N}+", r"\p{N}{1,2}", r"\p{N}{1,3}", r"\p{N}{1,3}+",
        r"\s+$", r"\s++$", r"\s*[\r\n]", r"\s*[\r\n]+",
        # groups of digits from the right
        r"\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))", r"\d{1,3}(?=(?:\d{3})*\b)",
        # o200k, tekken
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        # DeepSeek
        "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
        r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+""",
        r"[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+",
    }
)  # fmt: skip
# As above, but newlines after punctuation belong to it.
_TAKES_NEWLINES = frozenset(
    {
        r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        r" ?[^\s\p{L}\p{N}]++[\r\n]*",
        r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*",
        r" ?[\p{P}\p{S}]+[\r\n]*",
    }
)
# Alternatives that match all white space that the others leave, so that no gap spans a border.
_COVERS_SPACE = frozenset({r"\s+", r"\s"})

# White space on which every Unicode version and regex engine agrees.
_SPACES = frozenset(" \t\n\r")


@dataclass(frozen=True, slots=True)
class SeamRule:
    """Where texts of one tokenizer may be cut, control tokens apart."""

    before_space: bool = False
    newline_after_word_only: bool = True

    def last(self, text: str, floor: int, limit: int) -> int | None:
        """The last safe seam of `text` in `(floor, limit]`, if any."""
        if not self.before_space:
            return None
        at = min(limit, len(text) - 1)
        while at > floor:
            if text[at] in _SPACES and self._may_cut(text[at - 1], text[at]):
                return at
            at -= 1
        return None

    def _may_cut(self, before: str, space: str) -> bool:
        if self.newline_after_word_only and space in "\r\n":
            return before.isascii() and before.isalnum()
        return not before.isspace() and before != "\u180e"


@dataclass(frozen=True, slots=True)
class _Border:
    """What one pre-tokenizer does at a place before white space: `cuts` it, and on which terms."""

    cuts: bool
    takes_newlines: bool = False


def seam_rule(
    normalizer: Mapping[str, Any] | None, pre_tokenizer: Mapping[str, Any] | None
) -> SeamRule:
    """The rule for a BPE tokenizer, from the JSON form of its normalizer and pre-tokenizer."""
    if not _is_nfc(normalizer) or pre_tokenizer is None:
        return SeamRule()
    steps = list(_steps(pre_tokenizer, "pretokenizers"))
    if len(steps) > 1 and any(step.get("add_prefix_space") for step in steps):
        return SeamRule()  # every piece of the other steps gets a space of its own
    borders = [_border(step) for step in steps]
    known = [border for border in borders if border is not None]
    if len(known) < len(borders) or not any(border.cuts for border in known):
        return SeamRule()
    return SeamRule(True, any(border.takes_newlines for border in known))


def _is_nfc(normalizer: Mapping[str, Any] | None) -> bool:
    steps = _steps(normalizer, "normalizers") if normalizer else ()
    return all(step["type"] == "NFC" for step in steps)


def _steps(config: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """The members of a (nested) sequence, or the thing itself."""
    if config["type"] != "Sequence":
        yield config
        return
    for step in config[name]:
        yield from _steps(step, name)


def _border(step: Mapping[str, Any]) -> _Border | None:
    """What one step does before white space; None when it is not known."""
    match step:
        case {"type": "ByteLevel"}:
            return _Border(cuts=bool(step.get("use_regex", True)))
        case {"type": "Digits"}:
            return _Border(cuts=False)
        case {"type": "Split", "pattern": {"Regex": str(pattern)}}:
            kept = step["behavior"] == "Isolated" or (
                step["behavior"] == "Removed" and step["invert"]
            )
            return _pattern_border(pattern) if kept else None
        case _:
            return None


def _pattern_border(pattern: str) -> _Border | None:
    alternatives = set(_alternatives(pattern))
    if alternatives - _SAFE_ALTERNATIVES - _TAKES_NEWLINES:
        return None
    return _Border(bool(alternatives & _COVERS_SPACE), bool(alternatives & _TAKES_NEWLINES))


def _alternatives(pattern: str) -> Iterator[str]:
    """Split a pattern at the bars that stand in no group and no class."""
    start = depth = 0
    in_class = False
    for token in re.finditer(r"\\.|.", pattern, re.DOTALL):
        char = token.group()
        if char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        elif not in_class and char in "()":
            depth += 1 if char == "(" else -1
        elif not in_class and char == "|" and depth == 0:
            yield pattern[start : token.start()]
            start = token.end()
    yield pattern[start:]
