"""Lark's parse table as the parser walks it: for each state and token a shift, or a reduction with its builder.

Lark looks the builder of every reduction up by its rule, and calls it also where a rule only passes on the one
node that it holds, which in a file of expressions are most of them. This table has them at hand, or left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from lark import Token
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_parser_state import ParseConf, ParserState

Builder = Callable[[list[Any]], Any]


class Reduction(NamedTuple):
    """The top `size` nodes become one node of `origin`; without a builder the one node stays as it is."""

    size: int
    origin: str
    build: Builder | None


Table = dict[int, dict[str, int | Reduction]]


def table_of(conf: ParseConf[int]) -> Table:
    """The table of a parser, made once."""
    states = cast("dict[int, dict[str, tuple[Any, Any]]]", conf.states)
    known: dict[int, Reduction] = {}
    return {
        state: {str(name): _action(conf, *action, known) for name, action in actions.items()}
        for state, actions in states.items()
    }


def feed(table: Table, state: ParserState[int], token: Token) -> bool:
    """Take one token in: what it ends is reduced, then it is shifted. False where no table entry has it."""
    states, values = state.state_stack, cast("list[Any]", state.value_stack)
    kind = token.type
    while True:
        action = table[states[-1]].get(kind)
        if action is None:
            return False
        if isinstance(action, int):
            states.append(action)
            values.append(token)
            return True
        _reduce(table, states, values, action)


def _reduce(table: Table, states: list[int], values: list[Any], action: Reduction) -> None:
    size, origin, build = action
    if build is None:
        states.pop()
    else:
        held = values[-size:] if size else []
        if size:
            del states[-size:], values[-size:]
        values.append(build(held))
    states.append(cast("int", table[states[-1]][origin]))


def _action(
    conf: ParseConf[int], kind: Any, arg: Any, known: dict[int, Reduction]
) -> int | Reduction:
    if kind is Shift:
        return cast("int", arg)
    if id(arg) not in known:
        build = None if _passes_on(arg) else cast("Builder", conf.callbacks[arg])
        known[id(arg)] = Reduction(len(arg.expansion), str(arg.origin.name), build)
    return known[id(arg)]


def _passes_on(rule: Any) -> bool:
    """Whether a rule is written `?name: other`: nothing is built, dropped, or put in beside."""
    if len(rule.expansion) != 1 or not rule.options.expand1 or rule.alias:
        return False
    (symbol,) = rule.expansion
    is_dropped = symbol.is_term and symbol.filter_out
    return (
        not is_dropped and not symbol.name.startswith("_") and not any(rule.options.empty_indices)
    )
