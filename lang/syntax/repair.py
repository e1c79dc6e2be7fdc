"""Small repairs of a line that can't be parsed, and the words for what is wrong with it.

The parser asks: is there one token to insert, drop or replace after which the whole line parses?
A missing token is reported at the end of the token before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

from lark import Token
from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from .layout import HEADERS
from .scanner import CLOSERS, OPENERS, OPERATORS

_SHOWN = {kind: text for text, kind in OPERATORS.items()} | {
    "NAME": "a name", "STRING": "text", "NUMBER": "a number", "_NEWLINE": "the end of the line",
    "_INDENT": "an indented block", "_TEXT_BEGIN": "text", "_HOLE": "{", "_END_HOLE": "}",
    "ROLE": "a turn", "AS": "as", "IN": "in", "DEF": "def", "IF": "if", "ELSE": "else",
}  # fmt: skip
_WORDY = frozenset({"a name", "text", "a number", "the end of the line", "an indented block",
                    "a turn"})  # fmt: skip
_INSERTED_BY = {"FOR": "IN", "FORK": "IN", "IMPORT": "AS", "EXTERN": "DEF"}
_REPLACED = {"_ASSIGN": "EQ", "_COLON": "_ASSIGN", "EQ": "_ASSIGN", "_COMMA": "_COLON"}
_MANY = 400


@dataclass(frozen=True)
class Repair:
    """A message, and (when the line can be mended) the tokens that stand in the line's rest."""

    code: str
    headline: str
    start: int
    end: int
    label: str = ""
    helps: tuple[str, ...] = ()
    tokens: list[Token] | None = None


def find_repair(
    before: InteractiveParser, tokens: list[Token], line: int, at: int, end: int
) -> Repair | None:
    """The first repair of `tokens[at:end]` that lets the line and its `_NEWLINE` through."""
    known = _known_mistake(tokens, line, at, end)
    if known is not None or end - at > _MANY:
        return known
    state = _without_callbacks(before)
    for repair in _candidates(tokens, line, at, end):
        assert repair.tokens is not None
        if _goes_through(state, [*repair.tokens, *tokens[end : end + 2]]):
            return repair
    return None


def describe(before: InteractiveParser, tokens: list[Token], line: int, at: int) -> Repair:
    """What is wrong at a token, when nothing small mends the line."""
    token = tokens[at]
    expected = _expectation(before.accepts())
    if token.type in ("_NEWLINE", "_DEDENT", "$END"):
        place = tokens[at - 1].end_pos or 0
        return Repair("SGL0001", f"expected {expected}", place, place, "the line ends here")
    label = f"expected {expected}"
    start, end = token.start_pos or 0, token.end_pos or 0
    return Repair("SGL0001", f"unexpected {shown(token)}", start, end, label)


def shown(token: Token) -> str:
    """A token in words, for messages."""
    if token.type in ("STRING", "_TEXT_BEGIN"):
        return "text"
    return f"`{token.value}`" if token.value else _quoted(token.type)


def _quoted(kind: str) -> str:
    text = _SHOWN.get(kind, kind.lower())
    return text if text in _WORDY else f"`{text}`"


def _expectation(accepts: set[str]) -> str:
    """What may stand at a place, in at most four words or so."""
    if {"NAME", "NUMBER"} <= accepts:
        return "a value" if "ROLE" not in accepts else "a statement"
    if "PROGRAM" in accepts:
        return "a declaration: `program`, `prompt`, `text`, `type`, `extern`, `import` or `test`"
    kinds = sorted(_quoted(kind) for kind in accepts if kind not in ("BROKEN", "_TEXT_BEGIN"))
    closing = [kind for kind in kinds if kind.strip("`") in ")]}:,"]
    kinds = closing or kinds
    if len(kinds) > 4:
        return "an operator or the end of the line"
    return " or ".join([", ".join(kinds[:-1]), kinds[-1]]) if len(kinds) > 1 else "".join(kinds)


# --- candidates -----------------------------------------------------------------------------------


def _candidates(tokens: list[Token], line: int, at: int, end: int) -> Iterator[Repair]:
    """Repairs in order of preference: insert, replace, drop."""
    rest = tokens[at:end]
    before = tokens[at - 1] if at > line else None
    if before is not None:
        yield from _insertions(tokens, line, before, rest, at)
    token = tokens[at]
    if not rest:
        return
    start, stop = token.start_pos or 0, token.end_pos or 0
    kind = _REPLACED.get(token.type)
    is_loop = tokens[line].type in ("FOR", "FORK") and all(each.type != "IN" for each in rest)
    if is_loop and token.type == "NAME" and at == line + 2:
        kind = "IN"
    if kind is not None:
        other = Token(kind, _SHOWN[kind], start_pos=start, end_pos=stop)
        label = f"expected {_quoted(kind)}"
        helps = ("`==` compares, `=` binds a name",) if "EQ" in (kind, token.type) else ()
        headline = f"unexpected {shown(token)}"
        yield Repair("SGL0001", headline, start, stop, label, helps, [other, *rest[1:]])
    if at > line and token.type not in OPENERS:
        yield Repair("SGL0001", f"unexpected {shown(token)}", start, stop, "", (), rest[1:])


def _insertions(
    tokens: list[Token], line: int, before: Token, rest: list[Token], at: int
) -> Iterator[Repair]:
    """Repairs that put a token in front of the rest: a closing bracket, a colon, a comma..."""
    place = before.end_pos or 0
    closing = _open_brackets(tokens[line:at])
    sequences = [closing[:1], closing, [*closing, "_COLON"]] if closing else []
    sequences += [["_COLON"], ["_ASSIGN"], *([["_COMMA"]] if closing else [])]
    own = _INSERTED_BY.get(tokens[line].type)
    own = None if any(token.type == own for token in rest) else own
    sequences += [[own]] if own else []
    for kinds in sequences:
        added = [Token(k, _SHOWN.get(k, k), start_pos=place, end_pos=place) for k in kinds]
        missing = "".join(_SHOWN[k] for k in kinds)
        yield Repair(
            "SGL0001", f"expected `{missing}`", place, place, f"`{missing}` is missing here",
            (), [*added, *rest],
        )  # fmt: skip


def _open_brackets(tokens: list[Token]) -> list[str]:
    """The closers of the brackets that are open after some tokens, innermost first."""
    opened: list[str] = []
    for token in tokens:
        if token.type in OPENERS:
            opened.append(OPENERS[token.type])
        elif token.type in CLOSERS and opened:
            opened.pop()
    return opened[::-1]


def _without_callbacks(state: InteractiveParser) -> InteractiveParser:
    """A copy that only follows the states, and builds nothing."""
    trial = state.copy(deepcopy_values=False)
    conf = copy(trial.parser_state.parse_conf)
    conf.callbacks = {}
    trial.parser_state.parse_conf = conf
    return trial


def _goes_through(state: InteractiveParser, tokens: list[Token]) -> bool:
    trial = _without_callbacks(state)
    try:
        for token in tokens:
            trial.feed_token(token)
    except UnexpectedToken:
        return False
    return True


# --- mistakes with a name -------------------------------------------------------------------------


def _known_mistake(tokens: list[Token], line: int, at: int, end: int) -> Repair | None:
    """A message made for one of the commonest mistakes."""
    token = tokens[at]
    first = tokens[line]
    following = tokens[at + 1] if at + 1 < end else token
    start, stop = token.start_pos or 0, token.end_pos or 0
    if token.type == "RESERVED":
        help = f"name it otherwise, for example `{token.value}_text`"
        return Repair("SGL0011", f"`{token.value}` is a reserved word", start, stop, "", (help,),
                      [token.update(type="NAME"), *tokens[at + 1 : end]])  # fmt: skip
    if token.type in ("ELSE", "ELIF") and at == line:
        help = "it stands at the indentation of its `if`, right after the block"
        return Repair("SGL0013", f"`{token.value}` without an `if`", start, stop, "", (help,))
    if (first.type == "ELSE" and following.value == "if") or (
        token.value == "if" and at == line + 1
    ):
        if first.type == "ELSE":
            return _unexpected(token, "another condition is an `elif`")
    if token.type in HEADERS and at > line and tokens[at - 1].type == "_COLON":
        return _unexpected(token, "a block inside a block stands on a line of its own")
    if token.type == "_COMMA" and first.type == "RETURN":
        return _unexpected(token, "several values are returned as a record: `return {a, b}`")
    if token.type == "_QUESTION" and first.type not in ("TYPE", "PROGRAM", "PROMPT", "EXTERN"):
        return _unexpected(token, "a choice between values is `a if condition else b`")
    if token.value == "is":
        return _unexpected(token, "`==` compares, also with `none`")
    if token.type in ("STRING", "_TEXT_BEGIN") and at > line and tokens[at - 1].type in (
        "STRING", "_TEXT_END"
    ) and not _open_brackets(tokens[line:at]):  # fmt: skip
        return _unexpected(token, "each text stands on a line of its own")
    if "_END_HOLE" in _open_brackets(tokens[line:at]) and token.type != "_END_HOLE":
        hole = max(i for i in range(line, at) if tokens[i].type == "_HOLE")
        if token.type in ("_COLON", "_COMMA", "_ASSIGN") or at == hole + 1:
            return _unexpected(token, "`{{` and `}}` stand for braces in text")
    if token.type == "_END_HOLE" and tokens[at - 1].type == "_HOLE":
        return _unexpected(token, "`{{` and `}}` stand for braces in text")
    word = _FOREIGN.get(first.value) if at <= line + 1 else None
    return _unexpected(first, word) if word is not None else None


_FOREIGN = {
    "def": "programs are declared with `program`, host functions with `extern def`",
    "class": "records are declared with `type Name = {field: str}`",
    "function": "programs are declared with `program name(param: str) -> str:`",
    "from": 'files are imported with `import "path.sgl" as name`',
    "import": 'files are imported with `import "path.sgl" as name`',
    "let": "a name is bound with `name = value`",
    "const": 'a constant text is `text NAME = "..."`',
    "var": "a name is bound with `name = value`",
    "async": "programs run concurrently by themselves: `fork` and `parallel`",
    "await": "calls are awaited by themselves",
    "with": "turns are opened with `user:` and the like",
    "try": "a failed call fails its row; an optional type (`T?`) gives `none` instead",
    "elseif": "another condition is an `elif`",
    "switch": "write `if` and `elif`",
    "match": "write `if` and `elif`",
}


def _unexpected(token: Token, help: str) -> Repair:
    start, stop = token.start_pos or 0, token.end_pos or 0
    return Repair("SGL0001", f"unexpected {shown(token)}", start, stop, "", (help,))
