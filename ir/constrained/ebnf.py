"""EBNF grammars as data, and what is wrong with one before any backend reads it: `root ::= "a" item+`.

Backends look at what is written, not at whether it can be kept: a rule that never ends holds an output until its limit,
and of two rules of one name one is lost. Read here is what every backend reads alike; their own additions are refused.
A leaf.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class EbnfError(Exception):
    """A grammar that can't be kept; the message says why and where."""


@dataclass(frozen=True, slots=True)
class Chars:
    """Text as it stands (`"..."`), or one character of a class (`[...]`); `is_empty`: a class of none."""

    shown: str
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """What the rule of that name gives."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences."""

    ways: tuple[tuple[Term, ...], ...]


@dataclass(frozen=True, slots=True)
class Times:
    """What is inside, at least `least` times and at most `most` times; None: without end."""

    inside: Term
    least: int
    most: int | None


Term = Chars | Name | Choice | Times
Rules = Mapping[str, Choice]
ROOT = "root"


def checked_rules(text: str) -> Rules:
    """The rules of a grammar whose every rule that `root` reaches can end. Raises EbnfError."""
    rules = _Reader(text).rules()
    if ROOT not in rules:
        raise EbnfError("it has no rule `root`, with which every output begins")
    reached, ending = _reached(rules), _ending(rules)
    for name in reached:
        if name not in rules:
            raise EbnfError(f"no rule says what `{name}` is")
    for name in reached:
        if name not in ending:
            raise EbnfError(f"what begins rule `{name}` never ends")
    return rules


def _ending(rules: Rules) -> set[str]:
    """The rules that give at least one text."""
    found: set[str] = set()
    while more := {name for name, rule in rules.items() if _ends(rule, found)} - found:
        found |= more
    return found


def _ends(term: Term, ending: set[str]) -> bool:
    match term:
        case Chars(_, is_empty):
            return not is_empty
        case Name(name):
            return name in ending
        case Choice(ways):
            return any(all(_ends(each, ending) for each in way) for way in ways)
        case Times(inside, least, _):
            return least == 0 or _ends(inside, ending)


def _reached(rules: Rules) -> list[str]:
    """The names that stand in `root`, or in a rule that it reaches."""
    found = [ROOT]
    for name in found:
        named = _names(rules[name]) if name in rules else ()
        found += dict.fromkeys(each for each in named if each not in found)
    return found


def _names(term: Term) -> Iterator[str]:
    match term:
        case Name(name):
            yield name
        case Times(inside, _, _):
            yield from _names(inside)
        case Choice(ways):
            for way in ways:
                for each in way:
                    yield from _names(each)
        case Chars():
            pass


# --- reading ------------------------------------------------------------------------------------

_TOKENS = re.compile(
    r"""(?P<blank>(?:\s|\#[^\n]*)+)
      | (?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<chars>\[\^?(?:[^\]\\\n]|\\.)*\])
      | (?P<rule>[A-Za-z_][\w.-]*(?=\s*::=))
      | (?P<name>[A-Za-z_][\w.-]*)
      | (?P<times>\{\s*\d+\s*(?:,\s*\d*\s*)?\}|[*+?])
      | (?P<sign>::=|[|()])""",
    re.VERBOSE,
)
_MOST_NESTED = 200
_TIMES = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


class _Reader:
    """Reads one grammar by recursive descent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._scan())
        self._at, self._depth = 0, 0

    def rules(self) -> Rules:
        """All rules, by name."""
        found: dict[str, Choice] = {}
        while not self._is_next("end"):
            name = self._take("rule", "a rule, as in `root ::= ...`")
            if name.text in found:
                raise self._error(f"rule `{name.text}` stands here once more", name.at)
            self._take("::=", "`::=`")
            found[name.text] = self._choice()
        return found

    def _scan(self) -> Iterator[_Token]:
        at = 0
        while at < len(self._text):
            found = _TOKENS.match(self._text, at)
            if found is None:
                raise self._error(f"`{self._text[at]}` is no part of a grammar", at)
            kind = str(found.lastgroup)
            if kind != "blank":
                yield _Token(found.group() if kind == "sign" else kind, found.group(), at)
            at = found.end()
        yield _Token("end", "the end", at)

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _is_next(self, *kinds: str) -> bool:
        return self._next.kind in kinds

    def _take(self, kind: str, wanted: str) -> _Token:
        token = self._next
        if token.kind != kind:
            raise self._error(f"{wanted} is expected, not `{token.text}`", token.at)
        self._at += 1
        return token

    def _choice(self) -> Choice:
        ways = [self._sequence()]
        while self._is_next("|"):
            self._at += 1
            ways.append(self._sequence())
        return Choice(tuple(ways))

    def _sequence(self) -> tuple[Term, ...]:
        found: list[Term] = []
        while self._is_next("text", "chars", "name", "("):
            term = self._term()
            while self._is_next("times"):
                term = self._times(term)
            found.append(term)
        if not found:
            self._take("text", 'a text, which may be empty (`""`),')
        return tuple(found)

    def _term(self) -> Term:
        token = self._next
        self._at += 1
        match token.kind:
            case "text":
                return Chars(token.text)
            case "chars":
                return Chars(token.text, token.text == "[]")
            case "name":
                return Name(token.text)
            case _:
                return self._group(token)

    def _group(self, token: _Token) -> Choice:
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise self._error("it is nested too deeply", token.at)
        inside = self._choice()
        self._take(")", "`)`")
        self._depth -= 1
        return inside

    def _times(self, term: Term) -> Times:
        token = self._next
        self._at += 1
        if token.text in _TIMES:
            return Times(term, *_TIMES[token.text])
        least, comma, most = token.text.strip("{}").partition(",")
        return Times(term, int(least), int(most) if most.strip() else None if comma else int(least))

    def _error(self, message: str, at: int) -> EbnfError:
        before = self._text[:at]
        line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
        return EbnfError(f"{message} (line {line}, column {column})")
