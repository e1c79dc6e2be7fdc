"""Compiled and direct mode give the same state and the same transcript, over random Python programs."""

import itertools
import linecache
import textwrap
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import sglc as sgl

_NUMBER = itertools.count()


def program_of(source: str) -> sgl.Program:
    """A program from source text, with the source at hand as it is for a file."""
    name = f"<program {next(_NUMBER)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    scope: dict[str, Any] = {"sgl": sgl}
    exec(compile(source, name, "exec"), scope)
    return scope["main"]


TEXTS = st.sampled_from(["One. ", "Two: ", "\n", "<|im_start|>", "x", " the end"])


class Writer:
    """Writes the body of a program; names are unique, and those bound on every path so far are known."""

    def __init__(self, draw) -> None:
        self.draw = draw
        self.names = itertools.count()

    def body(self, depth: int, known: list[str], state: str = "s") -> list[str]:
        lines: list[str] = []
        for _ in range(self.draw(st.integers(1, 3))):
            kinds = ["text", "f-string", "gen", "select", *(["if", "for", "fork"] if depth else [])]
            kind = self.draw(st.sampled_from(kinds))
            lines += getattr(self, "_" + kind.replace("-", "_"))(depth, known, state)
        return lines

    def _text(self, depth, known, state):
        return [f"{state} += {self.draw(TEXTS)!r}"]

    def _f_string(self, depth, known, state):
        if known and self.draw(st.booleans()):
            return [f'{state} += f"[{{{state}[{self.draw(st.sampled_from(known))!r}]}}]"']
        return [f'{state} += f"({{{self.draw(st.sampled_from(["a", "b"]))}}})"']

    def _gen(self, depth, known, state):
        name = f"v{next(self.names)}"
        known.append(name)
        stop = self.draw(st.sampled_from(["", ', stop="e"']))
        most = self.draw(st.integers(1, 6))
        return [f"{state} += sgl.gen({name!r}, temperature=0, max_tokens={most}{stop})"]

    def _select(self, depth, known, state):
        name = f"v{next(self.names)}"
        known.append(name)
        return [f'{state} += sgl.select({name!r}, choices=["yes", "no", "perhaps"])']

    def _if(self, depth, known, state):
        conditions = ['a == "A"', "b"]
        conditions += [f'{state}[{name!r}] == "yes"' for name in known]
        condition = self.draw(st.sampled_from(conditions))
        then = self.body(depth - 1, list(known), state)
        lines = [f"if {condition}:", *indented(then)]
        if self.draw(st.booleans()):
            lines += ["else:", *indented(self.body(depth - 1, list(known), state))]
        return lines

    def _for(self, depth, known, state):
        inner = self.body(depth - 1, list(known), state)
        return [f"for i in range({self.draw(st.integers(0, 3))}):", *indented(inner)]

    def _fork(self, depth, known, state):
        arms, count = f"forks{next(self.names)}", self.draw(st.integers(1, 3))
        lines = [f"{arms} = {state}.fork({count})"]
        for arm in range(count):
            lines += self.body(0, list(known), f"{arms}[{arm}]")
        lines.append(f"{arms}.join()")
        return lines


def indented(lines: list[str]) -> list[str]:
    return [textwrap.indent(line, "    ") for line in lines]


@st.composite
def sources(draw) -> str:
    body = indented(Writer(draw).body(2, []))
    return "\n".join(["@sgl.function", "def main(s, a, b):", *body, ""])


def refusals(program: sgl.Program, a: str, b: str, mock: sgl.Mock) -> set[str]:
    """The codes of what keeps a program from being compiled."""
    try:
        program.compile(a, b, backend=mock)
    except sgl.CompileFailed as error:
        return {found.code for found in error.diagnostics}
    return set()


def transcript(state: sgl.State) -> set[tuple]:
    """What was asked and answered; once each, for compilation merges calls that must give the same."""
    return {(call.kind, tuple(call.prompt), tuple(call.texts)) for call in state.trace.calls}


@pytest.fixture(scope="module")
def mock():
    with sgl.Mock() as made:
        yield made


def test_both_modes_ask_the_same_and_show_the_same(mock):
    compared = 0

    @settings(
        max_examples=120,
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.large_base_example,
        ],
    )
    @given(
        source=sources(),
        a=st.sampled_from(["A", "z <|im_end|>"]),
        b=st.sampled_from(["", "bee"]),
    )
    def judge(source, a, b):
        nonlocal compared
        program = program_of(source)
        assume(refusals(program, a, b, mock) != {"SGL0592"})  # a loop joins a name again
        states = [program.run(a, b, backend=mock, mode=mode) for mode in ("compiled", "direct")]
        assert [state.error() for state in states] == [None, None]
        compiled, direct = states
        assert transcript(compiled) == transcript(direct)
        assert compiled.text() == direct.text()
        assert set(compiled.keys()) == set(direct.keys())
        for name in direct.keys():
            assert compiled[name] == direct[name]
        compared += 1

    judge()
    assert compared >= 100, "most programs were passed over"


@sgl.function
def sampled_in_a_loop(s, items):
    for item in items:
        s += item + sgl.gen("a", max_tokens=4)
    for i in range(2):
        s += f"{i}" + sgl.gen(f"b{i}", max_tokens=4)
    turns = 0
    while turns < 2:
        turns += 1
        s += sgl.gen("c", max_tokens=4)


def test_sampled_calls_in_a_loop_are_the_same_in_both_modes(mock):
    states = [
        sampled_in_a_loop.run(["p", "q"], backend=mock, mode=mode, run_seed=5)
        for mode in ("compiled", "direct")
    ]
    assert states[0].text() == states[1].text()
