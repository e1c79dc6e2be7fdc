"""The fixed pure functions of the language. Called through `values.call_builtin`.

| function | gives |
| --- | --- |
| `len(x)` | characters, items or fields |
| `join(items, separator="")` | the text forms of the items, joined |
| `split(text, separator?)` | the parts; at runs of white space without a separator |
| `strip(text, characters?)`, `lower(text)`, `upper(text)`, `replace(text, old, new)` | a text |
| `startswith(text, prefix)`, `endswith(text, suffix)` | a bool |
| `contains(x, item)` | whether a text has a substring, a list an item, a record a field |
| `sorted(items, reverse=false)` | a sorted list; equal items keep their order |
| `slice(x, first, last)` | the part of a list or text that `x[first:last]` is; `none` for an end |
| `range(stop)`, `range(start, stop, step=1)` | a list of ints |
| `enumerate(items, start=0)` | a list of `{index, item}` |
| `zip(a, b)` | a list of `{first, second}`, as long as the shorter |
| `min(items)`, `min(a, b, ...)`, `max` the same | the least or greatest, the first of equals |
| `sum(items)` | the sum of numbers |
| `argmax(items)` | the index of the greatest, the first of equals |
| `find_by(items, field, value)` | the first record whose field has that value, else `none` |
| `round(x)`, `round(x, digits)` | the nearest int, or number with so many decimals; ties go to the even one |
| `format_number(x, format)` | a number in a format, see `number_format.py` |
| `majority(items)` | the most frequent item, the one seen first among equals |
| `json(x)`, `parse_json(text)` | canonical JSON (`", "`, `": "`), and back |
| `python_str(x)` | what Python's `str` gives |
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from .limits import (
    MAX_INT,
    EvalError,
    Json,
    bounded_items,
    bounded_text,
    bounded_value,
    kind_of,
    wrong_type,
)
from .number_format import format_number

_MOST_DIGITS = 30


def text_form(value: Json) -> str:
    """A scalar as it is appended to a prompt: strings as they are, others as in JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        raise wrong_type("a text", value)
    return json.dumps(value)


def python_str(value: Json) -> str:
    """What Python's `str` gives, for programs that were written in Python."""
    if isinstance(value, str):
        return value
    bounded_value(value)
    text = str(value)
    bounded_text(len(text))
    return text


def to_json(value: Json) -> str:
    """Canonical JSON: fields in order, `", "` and `": "` as separators."""
    bounded_value(value)
    text = json.dumps(value, ensure_ascii=False)
    bounded_text(len(text))
    return text


def parse_json(text: Json) -> Json:
    """The value of a JSON text; integers must fit 64 bits, numbers must be finite."""
    try:
        value = json.loads(_text("parse_json", text), parse_constant=_no_constant, parse_int=_int)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise EvalError("3308", f"not JSON: {error}") from None
    bounded_value(value)
    return value


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not a JSON number")


def _int(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > MAX_INT:
        raise ValueError("an integer that does not fit 64 bits")
    return int(digits)


def order(left: Json, right: Json) -> int:
    """-1, 0 or 1: numbers by size, texts by code point, bools false first, lists item by item."""
    if isinstance(left, list) and isinstance(right, list):
        for a, b in zip(left, right, strict=False):
            if found := order(a, b):
                return found
        return order(len(left), len(right))
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return (left > right) - (left < right)
    raise wrong_type(f"a comparison with {kind_of(left)}", right)


# --- arguments ----------------------------------------------------------------------------------


def _text(name: str, value: Json) -> str:
    if not isinstance(value, str):
        raise wrong_type(f"`{name}`", value)
    return value


def _items(name: str, value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise wrong_type(f"`{name}`", value)
    return value


def _whole(name: str, value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(f"`{name}`", value)
    return value


def _number(name: str, value: Json) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise wrong_type(f"`{name}`", value)
    return value


def checked_number(value: int | float) -> int | float:
    """A number that every wire format can carry."""
    if isinstance(value, float) and not math.isfinite(value):
        raise EvalError("3307", "the result is not a finite number")
    if isinstance(value, int) and abs(value) > MAX_INT:
        raise EvalError("3305", "an integer that does not fit 64 bits")
    return value


# --- the functions ------------------------------------------------------------------------------


def _len(value: Json) -> int:
    if not isinstance(value, str | list | dict):
        raise wrong_type("`len`", value)
    return len(value)


def _join(items: Json, separator: Json = "") -> str:
    between = _text("join", separator)
    parts = [text_form(item) for item in _items("join", items)]
    bounded_text(sum(map(len, parts)) + len(between) * max(0, len(parts) - 1))
    return between.join(parts)


def _split(text: Json, separator: Json = None) -> list[Json]:
    if separator == "":
        raise EvalError("3306", "`split` needs a separator that is not empty")
    parts = _text("split", text).split(None if separator is None else _text("split", separator))
    bounded_items(len(parts))
    return [*parts]


def _strip(text: Json, characters: Json = None) -> str:
    return _text("strip", text).strip(None if characters is None else _text("strip", characters))


def _lstrip(text: Json) -> str:
    return _text("lstrip", text).lstrip()


def _rstrip(text: Json) -> str:
    return _text("rstrip", text).rstrip()


def _replace(text: Json, old: Json, new: Json) -> str:
    whole, before, after = (_text("replace", part) for part in (text, old, new))
    bounded_text(len(whole) + whole.count(before) * (len(after) - len(before)))
    return whole.replace(before, after)


def _lower(text: Json) -> str:
    return _text("lower", text).lower()


def _upper(text: Json) -> str:
    return _text("upper", text).upper()


def _startswith(text: Json, prefix: Json) -> bool:
    return _text("startswith", text).startswith(_text("startswith", prefix))


def _endswith(text: Json, suffix: Json) -> bool:
    return _text("endswith", text).endswith(_text("endswith", suffix))


def contains(value: Json, item: Json) -> bool:
    """Whether a text has a substring, a list an item, a record a field."""
    if isinstance(value, str):
        return _text("contains", item) in value
    if isinstance(value, dict):
        return _text("contains", item) in value
    bounded_value(value)
    bounded_value(item)
    return item in _items("contains", value)


class _Ordered:
    """A sort key that compares as the language does."""

    __slots__ = ("value",)

    def __init__(self, value: Json) -> None:
        self.value = value

    def __lt__(self, other: _Ordered) -> bool:
        return order(self.value, other.value) < 0


def _sorted(items: Json, reverse: Json = False) -> list[Json]:
    bounded_value(items)
    if not isinstance(reverse, bool):
        raise wrong_type("`sorted`", reverse)
    return sorted(_items("sorted", items), key=_Ordered, reverse=reverse)


def _slice(value: Json, first: Json, last: Json) -> Json:
    if not isinstance(value, str | list):
        raise wrong_type("slicing", value)
    begin = None if first is None else _whole("a bound", first)
    return value[begin : None if last is None else _whole("a bound", last)]


def _range(first: Json, stop: Json = None, step: Json = 1) -> list[Json]:
    start, end = (0, first) if stop is None else (first, stop)
    stride = _whole("range", step)
    if stride == 0:
        raise EvalError("3306", "`range` needs a step that is not 0")
    numbers = range(_whole("range", start), _whole("range", end), stride)
    bounded_items(len(numbers))
    return [*numbers]


def _enumerate(items: Json, start: Json = 0) -> list[Json]:
    pairs = enumerate(_items("enumerate", items), _whole("enumerate", start))
    return [{"index": index, "item": item} for index, item in pairs]


def _zip(first: Json, second: Json) -> list[Json]:
    pairs = zip(_items("zip", first), _items("zip", second), strict=False)
    return [{"first": a, "second": b} for a, b in pairs]


def _best(name: str, sign: int, values: tuple[Json, ...]) -> int:
    """The index of the greatest (or with `sign` -1 the least) value, the first of equals."""
    if not values:
        raise EvalError("3306", f"`{name}` of an empty list")
    best = 0
    for index, value in enumerate(values):
        bounded_value(value)
        if sign * order(value, values[best]) > 0:
            best = index
    return best


def _extreme(name: str, sign: int) -> Callable[..., Json]:
    def pick(*args: Json) -> Json:
        values = tuple(_items(name, args[0])) if len(args) == 1 else args
        return values[_best(name, sign, values)]

    return pick


def _sum(items: Json) -> int | float:
    total: int | float = 0
    for item in _items("sum", items):
        total = checked_number(total + _number("sum", item))
    return total


def _argmax(items: Json) -> int:
    return _best("argmax", 1, tuple(_items("argmax", items)))


def _find_by(items: Json, field: Json, value: Json) -> Json:
    name = _text("find_by", field)
    bounded_value(items)
    bounded_value(value)
    for item in _items("find_by", items):
        if not isinstance(item, dict):
            raise wrong_type("`find_by`", item)
        if name not in item:
            raise EvalError("3302", f"a record without a field `{name}`")
        if item[name] == value:
            return item
    return None


def _round(x: Json, digits: Json = None) -> int | float:
    number = _number("round", x)
    if digits is None:
        return checked_number(round(number))
    places = _whole("round", digits)
    if abs(places) > _MOST_DIGITS:
        raise EvalError("3306", f"`round` takes at most {_MOST_DIGITS} digits")
    return checked_number(round(number, places))


def _majority(items: Json) -> Json:
    bounded_value(items)
    found: dict[str, tuple[int, Json]] = {}
    for item in _items("majority", items):
        key = json.dumps(item)
        count, first = found.get(key, (0, item))
        found[key] = (count + 1, first)
    if not found:
        raise EvalError("3306", "`majority` of an empty list")
    return max(found.values(), key=lambda pair: pair[0])[1]


BUILTINS: dict[str, Callable[..., Json]] = {
    "len": _len,
    "join": _join,
    "split": _split,
    "strip": _strip,
    "lstrip": _lstrip,
    "rstrip": _rstrip,
    "lower": _lower,
    "upper": _upper,
    "replace": _replace,
    "startswith": _startswith,
    "endswith": _endswith,
    "contains": contains,
    "sorted": _sorted,
    "slice": _slice,
    "range": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "min": _extreme("min", -1),
    "max": _extreme("max", 1),
    "sum": _sum,
    "argmax": _argmax,
    "majority": _majority,
    "find_by": _find_by,
    "round": _round,
    "format_number": format_number,
    "json": to_json,
    "parse_json": parse_json,
    "python_str": python_str,
}

ARITIES: dict[str, tuple[int, int | None]] = {
    "len": (1, 1),
    "join": (1, 2),
    "split": (1, 2),
    "strip": (1, 2),
    "lstrip": (1, 1),
    "rstrip": (1, 1),
    "lower": (1, 1),
    "upper": (1, 1),
    "replace": (3, 3),
    "startswith": (2, 2),
    "endswith": (2, 2),
    "contains": (2, 2),
    "sorted": (1, 2),
    "slice": (3, 3),
    "range": (1, 3),
    "enumerate": (1, 2),
    "zip": (2, 2),
    "min": (1, None),
    "max": (1, None),
    "sum": (1, 1),
    "argmax": (1, 1),
    "majority": (1, 1),
    "find_by": (3, 3),
    "round": (1, 2),
    "format_number": (2, 2),
    "json": (1, 1),
    "parse_json": (1, 1),
    "python_str": (1, 1),
}
"""Least and most arguments; None is any number."""
