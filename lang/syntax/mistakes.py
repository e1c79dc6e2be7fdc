"""Mistakes that have a name: what people bring from other languages, and misspelt first words.

Asked by `repair.py` before it tries its own repairs. Each function looks for one mistake at the place
where a line can't be read on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from lark import Token

from .errors import Repair, open_brackets, unexpected
from .foreign import foreign_word, identity, inner_function
from .layout import FIRST_WORDS, HEADERS, with_keywords
from .place import Place

_BRACES = "`{{` and `}}` stand for braces in text"
_LIKENESS = 0.75


def known_mistake(tokens: Sequence[Token], line: int, at: int, end: int) -> Repair | None:
    """A message made for one of the commonest mistakes."""
    place = Place(tokens, line, at, end)
    return next((found for look in _MISTAKES if (found := look(place)) is not None), None)


def misspelt(tokens: Sequence[Token], line: int, end: int) -> Repair | None:
    """The line with another first word, if it is like one that a declaration or statement begins with."""
    first = tokens[line]
    near = get_close_matches(first.value[:40], FIRST_WORDS, 1, _LIKENESS)
    if first.type != "NAME" or not near or near[0] == first.value:
        return None
    mended = with_keywords([first.update(value=near[0]), *tokens[line + 1 : end]])
    start, stop = first.start_pos or 0, first.end_pos or 0
    headline, help = f"unexpected `{first.value}`", f"there is a word `{near[0]}`"
    return Repair(
        "SGL0001", headline, start, stop, "", (help,), mended, whole_line=True, fix=near[0]
    )


# --- words ----------------------------------------------------------------------------------------


def _reserved(place: Place) -> Repair | None:
    token = place.token
    if token.type != "RESERVED":
        return None
    start, stop = token.start_pos or 0, token.end_pos or 0
    rest = [token.update(type="NAME"), *place.tokens[place.at + 1 : place.end]]
    help = f"name it otherwise, for example `{token.value}_text`"
    return Repair("SGL0011", f"`{token.value}` is a reserved word", start, stop, "", (help,), rest)


def _stray_else(place: Place) -> Repair | None:
    token = place.token
    if token.type not in ("ELSE", "ELIF") or place.at != place.line:
        return None
    help = "it stands at the indentation of its `if`, right after the block"
    start, stop = token.start_pos or 0, token.end_pos or 0
    return Repair("SGL0013", f"`{token.value}` without an `if`", start, stop, "", (help,))


def _else_if(place: Place) -> Repair | None:
    is_if = "if" in (place.token.value, place.following.value if place.following else "")
    if place.first.type == "ELSE" and is_if and place.at <= place.line + 1:
        return unexpected(place.token, "another condition is an `elif`")
    return None


# --- blocks and statements ------------------------------------------------------------------------


def _block_in_line(place: Place) -> Repair | None:
    if place.token.type in HEADERS and place.kind_before() == "_COLON":
        return unexpected(place.token, "a block inside a block stands on a line of its own")
    return None


def _several_values(place: Place) -> Repair | None:
    if place.token.type != "_COMMA":
        return None
    if place.first.type == "RETURN":
        return unexpected(place.token, "several values are returned as a record: `return {a, b}`")
    if place.at == place.line + 1 and place.first.type == "NAME":
        return unexpected(place.token, "each name is bound on a line of its own: `a = 1`")
    opened = open_brackets(place.read)
    if opened[:1] == ["_RPAR"] and not _is_call(place):
        return unexpected(
            place.token, "several values stand in a list, `[a, b]`, or in a record, `{a, b}`"
        )
    return None


def _is_call(place: Place) -> bool:
    """Whether the innermost open bracket holds arguments or parameters."""
    depth = 0
    for position in range(place.at - 1, place.line - 1, -1):
        kind = place.tokens[position].type
        depth += (kind in ("_RPAR", "_RSQB", "_RBRACE")) - (kind in ("_LPAR", "_LSQB", "_LBRACE"))
        if depth < 0:
            before = place.tokens[position - 1].type if position > place.line else ""
            return before in ("NAME", "ROLE", "_RPAR", "_RSQB")
    return False


def _changed_in_place(place: Place) -> Repair | None:
    """An assignment to an item or a field."""
    is_assignment = place.token.type == "_ASSIGN" or place.token.type.endswith("_ASSIGN")
    inside = any(token.type in ("_LSQB", "_DOT") for token in place.read)
    if not is_assignment or not inside or place.first.type != "NAME":
        return None
    if open_brackets(place.read):
        return None
    name = place.first.value
    return unexpected(
        place.token,
        f"lists and records never change: bind a new one, `{name} = [...]` or `{name} = {{...}}`",
    )


def _increment(place: Place) -> Repair | None:
    if place.token.type in ("PLUS", "MINUS", "_NEWLINE") and place.kind_before() == "PLUS":
        if place.at - 2 == place.line and place.first.type == "NAME":
            return unexpected(place.token, f"`{place.first.value} += 1` counts")
    return None


# --- expressions ----------------------------------------------------------------------------------


def _choice(place: Place) -> Repair | None:
    declares = ("TYPE", "PROGRAM", "PROMPT", "EXTERN")
    if place.token.type != "_QUESTION" or place.first.type in declares:
        return None
    return unexpected(place.token, "a choice between values is `a if condition else b`")


def _if_without_else(place: Place) -> Repair | None:
    """`x = a if c`, at the end of the line."""
    if place.token.type not in ("_NEWLINE", "_RPAR", "_RSQB", "_COMMA") or not place.read:
        return None
    inner = [token for token in place.read[1:] if token.type in ("IF", "ELSE", "FOR")]
    if not inner or inner[-1].type != "IF" or any(token.type == "FOR" for token in inner):
        return None
    return unexpected(inner[-1], "a choice between values has two sides: `a if condition else b`")


def _or_none(place: Place) -> Repair | None:
    """`str | None` where a type is written."""
    if place.token.type == "_BAR" and place.kind_before() in ("NAME", "_RSQB", "_RBRACE"):
        return unexpected(place.token, "a type whose value may be `none` is `T?`, as in `str?`")
    return None


def _table_type(place: Place) -> Repair | None:
    """`dict[str, int]` where a type is written."""
    read = place.read
    if place.token.type != "_COMMA" or len(read) < 3 or read[-2].type != "_LSQB":
        return None
    if read[-3].value not in ("dict", "Dict", "tuple", "Tuple", "Literal", "Union"):
        return None
    return unexpected(
        place.token,
        "a record names its fields, `{name: str, age: int}`; a table is a list of records, in which "
        "`find_by` looks",
    )


def _quoted_field(place: Place) -> Repair | None:
    """`{"a": 1}`, where a record is meant."""
    following = place.following.type if place.following is not None else ""
    opened = open_brackets(place.read)
    if place.token.type == "STRING" and following == "_COLON" and opened[:1] == ["_RBRACE"]:
        return unexpected(place.token, "fields are named without quotes: `{name: value}`")
    return None


# --- text -----------------------------------------------------------------------------------------


def _two_texts(place: Place) -> Repair | None:
    is_text = place.token.type in ("STRING", "_TEXT_BEGIN")
    if is_text and place.kind_before() in ("STRING", "_TEXT_END"):
        if not open_brackets(place.read):
            return unexpected(place.token, "each text stands on a line of its own")
    return None


def _brace_in_text(place: Place) -> Repair | None:
    if place.token.type == "_END_HOLE" and place.kind_before() == "_HOLE":
        return unexpected(place.token, _BRACES)
    if "_END_HOLE" not in open_brackets(place.read) or place.token.type == "_END_HOLE":
        return None
    hole = max(i for i, token in enumerate(place.read) if token.type == "_HOLE") + place.line
    if place.token.type in ("_COLON", "_COMMA", "_ASSIGN") or place.at == hole + 1:
        return unexpected(place.token, _BRACES)
    return None


_MISTAKES: tuple[Callable[[Place], Repair | None], ...] = (
    _reserved,
    _stray_else,
    _else_if,
    _block_in_line,
    _brace_in_text,
    foreign_word,
    identity,
    inner_function,
    _table_type,
    _several_values,
    _changed_in_place,
    _increment,
    _choice,
    _or_none,
    _quoted_field,
    _two_texts,
    _if_without_else,
)
"""In order: the first that is found is reported."""
