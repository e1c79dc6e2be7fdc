"""Token counts that may depend on values: a number, and terms such as `|document|` or `len(shots)*(8 + |q|)`.

Formulas are immutable and add up like numbers; equal terms are merged. `explain` shows them as text and JSON, and
the HTML page evaluates the JSON form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Symbol:
    """A quantity that is not known before the run: the tokens of a value, a count, or an iteration's number."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Times:
    """So many times something."""

    count: Symbol
    each: Formula

    def __str__(self) -> str:
        each = str(self.each)
        return f"{self.count}*({each})" if " " in each else f"{self.count}*{each}"


@dataclass(frozen=True, slots=True)
class Either:
    """One of several, depending on the path."""

    options: tuple[Formula, ...]

    def __str__(self) -> str:
        return "either(" + ", ".join(map(str, self.options)) + ")"


Term = Symbol | Times | Either


@dataclass(frozen=True, slots=True)
class Formula:
    """`number` plus the terms, each so many times."""

    number: int = 0
    terms: tuple[tuple[Term, int], ...] = field(default=())

    @staticmethod
    def of(term: Term) -> Formula:
        """A single term."""
        return Formula(0, ((term, 1),))

    @property
    def is_known(self) -> bool:
        """Whether it is a plain number."""
        return not self.terms

    def __add__(self, other: Formula | int) -> Formula:
        if isinstance(other, int):
            return Formula(self.number + other, self.terms)
        merged = dict(self.terms)
        for term, factor in other.terms:
            merged[term] = merged.get(term, 0) + factor
        kept = tuple((term, factor) for term, factor in merged.items() if factor)
        return Formula(self.number + other.number, kept)

    def __neg__(self) -> Formula:
        return Formula(-self.number, tuple((term, -factor) for term, factor in self.terms))

    def __sub__(self, other: Formula) -> Formula:
        return self + -other

    def times(self, count: Symbol | int) -> Formula:
        """This many times over."""
        if isinstance(count, int):
            return Formula(
                self.number * count, tuple((t, f * count) for t, f in self.terms) if count else ()
            )
        if self == Formula():
            return self
        return Formula.of(Times(count, self))

    def __str__(self) -> str:
        parts = [str(self.number)] if self.number or not self.terms else []
        for term, factor in self.terms:
            shown = str(term) if abs(factor) == 1 else f"{abs(factor)}*{term}"
            sign = "-" if factor < 0 else "+"
            parts.append(f"{sign} {shown}" if parts else (f"-{shown}" if factor < 0 else shown))
        return " ".join(parts)

    def json(self) -> Any:
        """The form that a program reads: a number, or `{"sum": [...]}` over tagged terms."""
        if self.is_known:
            return self.number
        return {"sum": [self.number, *(_json(term, factor) for term, factor in self.terms)]}

    def value(self, known: Mapping[str, int]) -> int:
        """The number it is for given quantities; of alternatives the largest. Raises KeyError."""
        return self.number + sum(factor * _value(term, known) for term, factor in self.terms)


def either(options: Iterable[Formula]) -> Formula:
    """One of several formulas: what they have in common, and the alternatives of the rest."""
    distinct = list(dict.fromkeys(options))
    if len(distinct) == 1:
        return distinct[0]
    common = Formula(min(f.number for f in distinct), _common_terms(distinct))
    rests = tuple(f - common for f in distinct)
    return common + Formula.of(Either(rests))


def _common_terms(formulas: list[Formula]) -> tuple[tuple[Term, int], ...]:
    first = dict(formulas[0].terms)
    shared = {t: f for t, f in first.items() if all(dict(o.terms).get(t) == f for o in formulas)}
    return tuple(shared.items())


def evaluated(formula: Any, known: Mapping[str, int]) -> int:
    """The number that the JSON form of a formula is for given quantities. Raises KeyError."""
    if isinstance(formula, int):
        return formula
    match formula:
        case {"sum": terms}:
            return sum(evaluated(term, known) for term in terms)
        case {"product": [factor, term]}:
            return factor * evaluated(term, known)
        case {"times": [name, each]}:
            return known[name] * evaluated(each, known)
        case {"either": options}:
            return max(evaluated(option, known) for option in options)
        case _:
            return known[formula["symbol"]]


def symbols_of(formula: Any) -> Iterator[str]:
    """The quantities in the JSON form of a formula, counts included, as often as they stand there."""
    match formula:
        case {"sum": terms} | {"either": terms}:
            for term in terms:
                yield from symbols_of(term)
        case {"product": [_, term]}:
            yield from symbols_of(term)
        case {"times": [name, each]}:
            yield name
            yield from symbols_of(each)
        case {"symbol": name}:
            yield name
        case _:
            return


def _json(term: Term, factor: int) -> Any:
    match term:
        case Symbol(name):
            found: Any = {"symbol": name}
        case Times(count, each):
            found = {"times": [count.name, each.json()]}
        case Either(options):
            found = {"either": [option.json() for option in options]}
    return found if factor == 1 else {"product": [factor, found]}


def _value(term: Term, known: Mapping[str, int]) -> int:
    match term:
        case Symbol(name):
            return known[name]
        case Times(count, each):
            return known[count.name] * each.value(known)
        case Either(options):
            return max(option.value(known) for option in options)
