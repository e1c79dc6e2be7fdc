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
    """So many times something; in rounds numbered by `index` from 0, if something depends on the round."""

    count: Symbol | int
    each: Formula
    index: str = ""

    def __str__(self) -> str:
        each = str(self.each)
        return f"{self.count}*({each})" if " " in each else f"{self.count}*{each}"


@dataclass(frozen=True, slots=True)
class Either:
    """One of several, depending on the path."""

    options: tuple[Formula, ...]

    def __str__(self) -> str:
        return "either(" + ", ".join(map(str, self.options)) + ")"


@dataclass(frozen=True, slots=True)
class Product:
    """Two formulas multiplied."""

    left: Formula
    right: Formula

    def __str__(self) -> str:
        return f"({self.left})*({self.right})"


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest of several."""

    options: tuple[Formula, ...]

    def __str__(self) -> str:
        return "least(" + ", ".join(map(str, self.options)) + ")"


Term = Symbol | Times | Either | Product | Least


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

    def times(self, count: Symbol | int, index: str = "") -> Formula:
        """This many times over, in rounds numbered by `index`."""
        if isinstance(count, int) and not index:
            return self.scaled(count)
        if self == Formula():
            return self
        return Formula.of(Times(count, self, index))

    def scaled(self, factor: int) -> Formula:
        """Every part this many times."""
        terms = tuple((term, times * factor) for term, times in self.terms) if factor else ()
        return Formula(self.number * factor, terms)

    def of_times(self, other: Formula) -> Formula:
        """The product with another formula."""
        if other.is_known:
            return self.scaled(other.number)
        if self.is_known:
            return other.scaled(self.number)
        return Formula.of(Product(self, other))

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
        parts = [_json(term, factor) for term, factor in self.terms]
        if not self.number and len(parts) == 1:
            return parts[0]
        return {"sum": [self.number, *parts]}

    def value(self, known: Mapping[str, Any]) -> Any:
        """The number it is for given quantities, as in `evaluated`. Raises KeyError."""
        return evaluated(self.json(), known)


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


CHANCE = "taken"
"""The quantity that says how often an `if` is taken, from 0 to 1."""


def evaluated(formula: Any, known: Mapping[str, Any]) -> Any:
    """The number that the JSON form of a formula is for given quantities. Raises KeyError.

    Of alternatives it is the largest, or between them where `known` has a chance. What depends on a round is
    taken at the middle one: formulas are linear in it, so that this is the mean.
    """
    if isinstance(formula, int):
        return formula
    match formula:
        case {"sum": terms}:
            return sum(evaluated(term, known) for term in terms)
        case {"product": [factor, term]}:
            return factor * evaluated(term, known)
        case {"times": [count, each, *index]}:
            number = count if isinstance(count, int) else known[count]
            inside = {**known, index[0]: max(0, (number - 1) / 2)} if index else known
            return number * evaluated(each, inside)
        case {"either": options}:
            found = [evaluated(option, known) for option in options]
            chance = known.get(CHANCE, 1)
            return max(found) if chance == 1 else min(found) + chance * (max(found) - min(found))
        case {"least": options}:
            return min(evaluated(option, known) for option in options)
        case {"both": [left, right]}:
            return evaluated(left, known) * evaluated(right, known)
        case _:
            return known[formula["symbol"]]


def symbols_of(formula: Any) -> Iterator[str]:
    """The quantities in the JSON form of a formula, counts included, as often as they stand there."""
    match formula:
        case {"sum": terms} | {"either": terms} | {"least": terms} | {"both": terms}:
            for term in terms:
                yield from symbols_of(term)
        case {"product": [_, term]}:
            yield from symbols_of(term)
        case {"times": [count, each, *index]}:
            if isinstance(count, str):
                yield count
            yield from (name for name in symbols_of(each) if name not in index)
        case {"symbol": name}:
            yield name
        case _:
            return


def _json(term: Term, factor: int) -> Any:
    match term:
        case Symbol(name):
            found: Any = {"symbol": name}
        case Times(count, each, index):
            many = count if isinstance(count, int) else count.name
            found = {"times": [many, each.json(), *([index] if index else [])]}
        case Either(options):
            found = {"either": [option.json() for option in options]}
        case Least(options):
            found = {"least": [option.json() for option in options]}
        case Product(left, right):
            found = {"both": [left.json(), right.json()]}
    return found if factor == 1 else {"product": [factor, found]}
