"""Small repairs of a line that can't be parsed, and the words for what is wrong with it.

The parser asks: is there one token to insert, drop or replace after which the whole line parses?
A missing token is reported at the end of the token before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

from lark import Token
from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from .errors import SHOWN, Repair, open_brackets, quoted, shown
from .mistakes import known_mistake, misspelt
from .scanner import OPENERS

_INSERTED_BY = {"FOR": "IN", "FORK": "IN", "IMPORT": "AS", "EXTERN": "DEF"}
_REPLACED = {"_ASSIGN": "EQ", "_COLON": "_ASSIGN", "EQ": "_ASSIGN", "_COMMA": "_COLON"}
_MANY = 400


def find_repair(
    at_start: InteractiveParser,
    before: InteractiveParser,
    tokens: list[Token],
    line: int,
    at: int,
    end: int,
) -> Repair | None:
    """The first repair that lets a line and its `_NEWLINE` through: of its first word, or of `tokens[at:end]`."""
    known = known_mistake(tokens, line, at, end)
    if known is not None or end - at > _MANY:
        return known
    word = misspelt(tokens, line, end)
    if word is not None and word.tokens is not None:
        if _goes_through(at_start, [*word.tokens, *tokens[end : end + 2]]):
            return word
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


def _expectation(accepts: set[str]) -> str:
    """What may stand at a place, in at most four words or so."""
    if {"NAME", "NUMBER"} <= accepts:
        return "a value" if "ROLE" not in accepts else "a statement"
    if "PROGRAM" in accepts:
        return "a declaration: `program`, `prompt`, `text`, `type`, `extern`, `import` or `test`"
    kinds = sorted(quoted(kind) for kind in accepts if kind not in ("BROKEN", "_TEXT_BEGIN"))
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
        other = Token(kind, SHOWN[kind], start_pos=start, end_pos=stop)
        label = f"expected {quoted(kind)}"
        helps = ("`==` compares, `=` binds a name",) if "EQ" in (kind, token.type) else ()
        headline = f"unexpected {shown(token)}"
        yield Repair(
            "SGL0001", headline, start, stop, label, helps, [other, *rest[1:]], fix=SHOWN[kind]
        )
    if at > line and token.type not in OPENERS:
        headline = f"unexpected {shown(token)}"
        yield Repair("SGL0001", headline, start, stop, "", (), rest[1:], fix="")


def _insertions(
    tokens: list[Token], line: int, before: Token, rest: list[Token], at: int
) -> Iterator[Repair]:
    """Repairs that put a token in front of the rest: a closing bracket, a colon, a comma..."""
    place = before.end_pos or 0
    closing = open_brackets(tokens[line:at])
    sequences = [closing[:1], closing, [*closing, "_COLON"]] if closing else []
    sequences += [["_COLON"], ["_ASSIGN"], *([["_COMMA"]] if closing else [])]
    own = _INSERTED_BY.get(tokens[line].type)
    own = None if any(token.type == own for token in rest) else own
    sequences += [[own]] if own else []
    for kinds in sequences:
        added = [Token(k, SHOWN.get(k, k), start_pos=place, end_pos=place) for k in kinds]
        missing = "".join(SHOWN[k] for k in kinds)
        yield Repair(
            "SGL0001", f"expected `{missing}`", place, place, f"`{missing}` is missing here",
            (), [*added, *rest], fix=f" {missing}" if missing.isalpha() else missing,
        )  # fmt: skip


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
