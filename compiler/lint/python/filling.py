"""Templates of text that are filled in: `format`, `%`, and `$name` or `{name}` of other packages."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence

from ....ir.values.numerals import whole
from ..finding import Cause, Place
from .holding import taints_in
from .taints import NONE, Hole, Lit, Part, Taints
from .texts import literal, parts_of, text
from .values import Const, DictV, ListV, Value

Reached = Callable[[Value, str], Value]
_HEAD = re.compile(r"([^.\[]*)(.*)", re.S)


def formatted(
    template: Value,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    place: Place,
    rest: Value | None = None,
    reached: Reached | None = None,
) -> Value:
    """`template.format(...)`. `reached`: the text that a path behind a name (`.now`, `[clock]`, nothing) leads to."""
    known = literal(template)
    if known is None:
        parts = [*parts_of(template, place)]
        return text(_filled_parts(parts, args, kwargs, place, reached))
    try:
        fields = list(string.Formatter().parse(known))
    except ValueError:
        return text(
            (Lit(known), *(p for a in (*args, *kwargs.values()) for p in parts_of(a, place)))
        )
    written = template.place if isinstance(template, Const) else None
    found: list[Part] = []
    automatic = 0
    for before, name, _, _ in fields:
        found.append(Lit(before, written))
        if name is None:
            continue
        head, path = _HEAD.match(name).groups()  # type: ignore[union-attr]
        if head == "":
            held = args[automatic] if automatic < len(args) else rest
            automatic += 1
        elif (number := whole(head)) is not None:
            held = args[number] if number < len(args) else rest
        else:
            held = kwargs.get(head, rest)
        if held is not None and reached is not None:
            held = reached(held, path)
        found += parts_of(held, place) if held is not None else (Hole(NONE, head),)
    return text(found)


def _filled_parts(
    parts: Sequence[Part],
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    place: Place,
    reached: Reached | None = None,
) -> list[Part]:
    """A template with holes of its own: fields in its literals are filled, the holes stay."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Lit) and "{" in part.text:
            inner = formatted(Const(part.text), args, kwargs, place, reached=reached)
            found += parts_of(inner, place)
        else:
            found.append(part)
    if not any(isinstance(p, Lit) and "{" in p.text for p in parts):
        given = [p for a in (*args, *kwargs.values()) for p in parts_of(a, place)]
        return [*parts_of(amid(found, given), place)]
    return found


AMBIENT = frozenset(
    {
        Cause.CLOCK,
        Cause.DATE,
        Cause.RANDOM,
        Cause.SIGNED,
        Cause.HASHED,
        Cause.ADDRESS,
        Cause.HOST,
        Cause.STATE,
        Cause.COUNTER,
        Cause.SAMPLED,
        Cause.UNORDERED,
    }
)
"""What isn't asked for by a call, and may stand anywhere in a template."""


def ambient(values: Iterable[Value]) -> Taints:
    """What values vary with that no call asks for."""
    return frozenset(t for v in values for t in taints_in(v, 3) if t.cause in AMBIENT)


REST = "template, the rest of it"


def amid(template: Sequence[Part], given: Sequence[Part]) -> Value:
    """What is filled into a template whose text isn't known: there is more of it behind what nobody asked for."""
    seen = (t for p in given if isinstance(p, Hole) for t in p.taints)
    is_ambient = any(t.cause in AMBIENT and t.flag != "asked" for t in seen)
    return text((*template, *given, *((Hole(NONE, REST),) if is_ambient else ())))


def holes_of(values: Iterable[Value], place: Place) -> list[Part]:
    """What isn't known of several values, as parts of a text."""
    return [p for v in values for p in parts_of(v, place) if isinstance(p, Hole)]


_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[#0\- +]*[\d*]*(?:\.\d+)?[diouxXeEfFgGcrsa]")


def percent(template: Value, argument: Value, place: Place) -> Value:
    """`template % argument`."""
    known = literal(template)
    if known is None:
        return amid(parts_of(template, place), parts_of(argument, place))
    args = [i.value for i in argument.items] if isinstance(argument, ListV) else [argument]
    found: list[Part] = []
    at = 0
    for number, match in enumerate(_PERCENT.finditer(known)):
        found.append(Lit(known[at : match.start()]))
        at = match.end()
        held: Value | None = args[number] if number < len(args) else None
        if match["name"] and isinstance(argument, DictV):
            held = argument.fields.get(match["name"], argument.rest)
        found += parts_of(held, place) if held is not None else (Hole(),)
    return text([*found, Lit(known[at:])])


_VARIABLE = re.compile(r"\{\{?\s*(\w+)")


def variables_of(words: str) -> set[str]:
    """The names in braces in a text."""
    return set(_VARIABLE.findall(words))


_DOLLAR = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<plain>\w+))")


def substituted(
    template: Value,
    values: Mapping[str, Value],
    pattern: str,
    place: Place,
    rest: Value | None = None,
) -> Value:
    """A template with `$name` (`dollar`), `{name}` (`brace`) or `{{ name }}` (`jinja`) filled in."""
    expression = {
        "dollar": _DOLLAR,
        "brace": re.compile(r"\{(?P<plain>\w+)\}"),
        "jinja": re.compile(r"\{\{\s*(?P<plain>\w+)[^}]*\}\}"),
    }[pattern]
    parts = parts_of(template, place)
    found = [p for part in parts for p in _substituted(part, values, expression, place, rest)]
    words = "".join(p.text for p in parts if isinstance(p, Lit))
    named = {match.group(match.lastindex or 1) for match in expression.finditer(words)}
    if any(isinstance(p, Hole) for p in parts):
        return amid(found, holes_of((v for k, v in values.items() if k not in named), place))
    return text(found)


def _substituted(
    part: Part,
    values: Mapping[str, Value],
    expression: re.Pattern[str],
    place: Place,
    rest: Value | None,
) -> list[Part]:
    if isinstance(part, Hole):
        return [part]
    found: list[Part] = []
    at = 0
    for match in expression.finditer(part.text):
        name = match.group(match.lastindex or 1)
        found.append(Lit(part.text[at : match.start()]))
        at = match.end()
        held = values.get(name, rest)
        found += parts_of(held, place) if held is not None else (Hole(NONE, name),)
    return [*found, Lit(part.text[at:])]
