"""What expressions mean at run time: text form, truth, comparison, arithmetic, functions.

Used by the reference interpreter, by constant folding and by the executor, so that the three
cannot differ. Every function is pure, bounded in time and memory, and raises `EvalError`.
"""

from __future__ import annotations

from collections.abc import Sequence

from .builtins import (
    ARITIES,
    BUILTINS,
    checked_number,
    contains,
    order,
    parse_json,
    python_str,
    text_form,
    to_json,
)
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

__all__ = [
    "ARITIES",
    "BUILTINS",
    "EvalError",
    "Json",
    "arith",
    "call_builtin",
    "compare",
    "field_of",
    "format_text",
    "item_of",
    "kind_of",
    "parse_json",
    "python_str",
    "text_form",
    "to_json",
    "truth",
]


def truth(value: Json) -> bool:
    """Whether a condition holds: false, zero, none and everything empty do not."""
    return bool(value)


def format_text(parts: Sequence[Json]) -> str:
    """The concatenated text forms of scalars."""
    texts = [text_form(part) for part in parts]
    bounded_text(sum(map(len, texts)))
    return "".join(texts)


def item_of(items: Sequence[object] | Json, index: Json) -> object:
    """An element of a list (of prompts, too) or a character of a text; negative from the end."""
    if not isinstance(index, int) or isinstance(index, bool):
        raise wrong_type("an index", index)
    if not isinstance(items, list | str | tuple):
        raise wrong_type("indexing", items)
    if not -len(items) <= index < len(items):
        raise EvalError("3301", f"index {index} is out of range for {len(items)} items")
    return items[index]


def field_of(record: Json, name: str) -> Json:
    """A field of a record."""
    if not isinstance(record, dict):
        raise wrong_type(f"field `{name}`", record)
    if name not in record:
        raise EvalError("3302", f"a record without a field `{name}`")
    return record[name]


def compare(op: str, left: Json, right: Json) -> bool:
    """A comparison; `op` as in `ops.CompareOp`. `in` is `right` contains `left`."""
    if op == "in":
        return contains(right, left)
    bounded_value(left)
    bounded_value(right)
    if op in ("eq", "ne"):
        return (left == right) is (op == "eq")
    found = order(left, right)
    return {"lt": found < 0, "le": found <= 0, "gt": found > 0, "ge": found >= 0}[op]


def call_builtin(name: str, args: Sequence[Json]) -> Json:
    """Call one of the fixed functions."""
    if name not in BUILTINS:
        raise EvalError("3306", f"no function `{name}`")
    least, most = ARITIES[name]
    if len(args) < least or (most is not None and len(args) > most):
        raise EvalError("3306", f"`{name}` does not take {len(args)} arguments")
    return BUILTINS[name](*args)


# --- arithmetic ---------------------------------------------------------------------------------


def arith(op: str, args: Sequence[Json]) -> Json:
    """Arithmetic; `op` as in `ops.ArithOp`. `add` joins texts and lists, `mul` repeats them."""
    if op == "not":
        return not truth(args[0])
    if op == "neg":
        return checked_number(-_number(op, args[0]))
    left, right = args
    if op == "add" and isinstance(left, str | list):
        return _joined(left, right)
    if op == "mul" and isinstance(left, str | list):
        return _repeated(left, right)
    if op == "mul" and isinstance(right, str | list):
        return _repeated(right, left)
    return _numeric(op, _number(op, left), _number(op, right))


def _numeric(op: str, a: int | float, b: int | float) -> int | float:
    try:
        match op:
            case "add":
                return checked_number(a + b)
            case "sub":
                return checked_number(a - b)
            case "mul":
                return checked_number(a * b)
            case "div":
                return checked_number(a / b)
            case "floordiv":
                return checked_number(a // b)
            case "mod":
                return checked_number(a % b)
            case "pow":
                return checked_number(_power(a, b))
            case _:
                raise EvalError("3306", f"no operator `{op}`")
    except ZeroDivisionError:
        raise EvalError("3303", "division by zero") from None
    except OverflowError:
        raise EvalError("3307", "the result is not a finite number") from None


def _power(base: int | float, exponent: int | float) -> int | float:
    if isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1 and exponent > 64:
        raise EvalError("3305", "an integer that does not fit 64 bits")
    power: int | float | complex = base**exponent
    if isinstance(power, complex):
        raise EvalError("3307", "a fractional power of a negative number")
    return power


def _number(op: str, value: Json) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(f"`{op}`", value)
    return value


def _joined(left: str | list[Json], right: Json) -> Json:
    if isinstance(left, str) and isinstance(right, str):
        bounded_text(len(left) + len(right))
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        bounded_items(len(left) + len(right))
        return left + right
    raise wrong_type(f"`add` with a {kind_of(left)}", right)


def _repeated(left: str | list[Json], times: Json) -> Json:
    if isinstance(times, bool) or not isinstance(times, int):
        raise wrong_type(f"`mul` with a {kind_of(left)}", times)
    count = min(max(times, 0), MAX_INT)
    (bounded_text if isinstance(left, str) else bounded_items)(len(left) * count)
    return left * count
