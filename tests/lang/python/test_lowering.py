"""Source lowering: goldens, both modes give the same state, and what can't be lowered says where and why.

`pytest --bless` rewrites the goldens.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest
from python_programs import CASES

import sglc as sgl
from sglc.compiler.api.compiled import type_of
from sglc.compiler.driver.compilation import allow_nesting
from sglc.ir.ops import Host, Yield
from sglc.ir.structure import walk
from sglc.ir.text.parser import parse_module
from sglc.ir.text.printer import print_module
from sglc.ir.types import ANY, INT, STR
from sglc.ir.verify.verifier import verify
from sglc.lang.python import carrying, guessing
from sglc.lang.python.lower import lower

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def mock():
    with sgl.Mock() as made:
        yield made


def shown(state: sgl.State) -> dict[str, object]:
    return {name: state[name] for name in state.keys()}


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree(mock, name):
    program, args = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled = program.run(**args, backend=mock, mode="compiled")
    direct = program.run(**args, backend=mock, mode="direct")
    assert (compiled.error(), direct.error()) == (None, None)
    assert compiled.text() == direct.text()
    assert shown(compiled) == shown(direct)
    assert compiled.ret_value == direct.ret_value


@pytest.mark.parametrize("name", ["agent", "arms", "computed_arms", "early", "helpers"])
def test_golden(name, request):
    """No call is made: the arms, the loop and the forks are read from the source."""
    program, args = CASES[name]
    lowered = lower(program.function, {key: type_of(value) for key, value in args.items()})
    assert lowered.module is not None
    assert verify(lowered.module) == []
    text, file = print_module(lowered.module), GOLDEN / f"{name}.sglir"
    if request.config.getoption("--bless"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert print_module(parse_module(text)) == text


def test_ops_stand_where_the_user_wrote_them():
    lowered = lower(CASES["agent"][0].function, {"task": STR})
    assert lowered.module is not None
    body = lowered.module.program("agent").body
    spans = [op.span for op in walk(body) if not isinstance(op, Yield)]
    assert all(
        span is not None and span.source.name.endswith("python_programs.py") for span in spans
    )
    calls = [span.text for span in spans if span is not None and span.text.startswith("sgl.select")]
    assert 'sgl.select("action", ["search", "finish"])' in calls


# --- what can't be lowered ----------------------------------------------------------------------


def computed_name(s, names):
    for name in names:
        s += sgl.gen(name)


def computed_arms(s, count):
    forks = s.fork(count)
    forks += sgl.gen("x")


def one_path_only(s, a: str, n: int):
    forks = s.fork(n)
    if a == "b":
        forks += "x"
    forks += sgl.gen("x")


def python_in_arms(s, n: int):
    forks = s.fork(n)
    for f in forks:
        f += sgl.gen("x")
        print(f["x"])


def escapes(s, store):
    store.append(s)


def reads_the_text(s):
    s += "a"
    return s.text()


def not_bound(s):
    s += s["never"]


def recursive(s, depth):
    s += "a"
    recursive(s, depth)


def unpacked(s, given):
    s += sgl.gen("x", **given)


def unknown_parameter(s):
    s += sgl.gen("x", warmth=1)


def appends_a_number(s):
    s += 3


def taken(s):
    s += sgl.gen("x")
    forks = s.fork(2)
    forks += sgl.gen("x")
    forks.join()


def open_turn(s, a: str):
    if a == "b":
        s += sgl.user_begin()
    s += "x"


def late_closure(s, a: str):
    give = lambda: a  # noqa: E731
    a = "other"
    s += give()


def unbound_local(s, a: str):
    if a == "b":
        f = s.fork(2)
    s += "x"
    s += str(len(f))  # pyright: ignore[reportPossiblyUnboundVariable]


REFUSED = [
    (computed_name, "SGL0504", "name"),
    (computed_arms, "SGL0507", "count"),
    (one_path_only, "SGL0507", 'if a == "b":\n        forks += "x"'),
    (
        python_in_arms,
        "SGL0507",
        'for f in forks:\n        f += sgl.gen("x")\n        print(f["x"])',
    ),
    (escapes, "SGL0503", "s"),
    (reads_the_text, "SGL0506", "s.text()"),
    (not_bound, "SGL0505", 's["never"]'),
    (recursive, "SGL0508", "recursive(s, depth)"),
    (unpacked, "SGL0509", "given"),
    (unknown_parameter, "SGL0509", "1"),
    (appends_a_number, "SGL0509", "3"),
    (taken, "SGL0592", "forks.join()"),
    (open_turn, "SGL0591", 'if a == "b":\n        s += sgl.user_begin()'),
    (late_closure, "SGL0502", "lambda: a"),
    (unbound_local, "SGL0505", "f"),
]


@pytest.mark.parametrize(
    ("function", "code", "where"), REFUSED, ids=lambda v: getattr(v, "__name__", "")
)
def test_what_can_not_be_lowered_says_why_and_where(function, code, where):
    lowered = lower(function, {"a": STR, "items": ANY, "n": INT})
    assert not lowered.is_compiled
    (found,) = lowered.diagnostics
    assert found.span is not None
    assert (found.code, found.span.text) == (code, where)
    assert found.span.source.name == __file__


def test_a_function_without_source_is_refused():
    scope: dict[str, object] = {}
    exec("def hidden(s):\n    s += 'a'", scope)
    lowered = lower(scope["hidden"], {})  # type: ignore[arg-type]
    assert [found.code for found in lowered.diagnostics] == ["SGL0501"]
    assert [found.code for found in lower(len, {}).diagnostics] == ["SGL0501"]


# --- Python stays Python ------------------------------------------------------------------------


@sgl.function
def changes_in_place(s, rows: list):
    alias = rows
    s += "a" + sgl.gen("x", max_tokens=2, temperature=0)
    alias.append(s["x"])
    for row in rows:
        s += f"{row} "
    return rows


def test_objects_keep_their_identity(mock):
    found = [
        changes_in_place.run(rows=["one"], backend=mock, mode=mode)
        for mode in ("compiled", "direct")
    ]
    assert found[0].text() == found[1].text()
    assert found[0].ret_value == found[1].ret_value
    assert len(found[0].ret_value) == 2


@sgl.function
def fails(s, text: str):
    s += "a" + sgl.gen("x", max_tokens=2, temperature=0)
    return int(text)


def test_an_exception_of_the_users_code_is_raised_as_it_is(mock):
    for mode in ("compiled", "direct"):
        with pytest.raises(ValueError, match="invalid literal"):
            fails.run(text="no", backend=mock, mode=mode)


MOOD = "calm"


def reads_a_global(s):
    s += f"Be {MOOD}. " + MOOD


def test_a_global_that_changes_makes_a_lowered_function_stale(monkeypatch):
    lowered = lower(reads_a_global, {})
    assert lowered.is_compiled
    assert not lowered.is_stale()
    monkeypatch.setattr(sys.modules[__name__], "MOOD", "wild")
    assert lowered.is_stale()


NOTES: list[str] = []


@sgl.pure
def looks_up(query, *, size=1):
    return f"<{query}{size}>"


@sgl.total
def notes(line):
    NOTES.append(line)


@sgl.function
def promising(s, q, xs):
    notes("asked " + q)
    s += q + sgl.gen("a", max_tokens=3)
    found = looks_up(q, size=2)
    many = looks_up(xs)
    s += found + many + sgl.gen("b", max_tokens=3)


def test_what_is_promised_of_functions_lets_calls_run_beside_them(mock):
    """A pure function that is given what can change in place is looked at in its place."""
    module = lower(promising.function, {"q": STR, "xs": ANY}).module
    assert module is not None
    hosts = [op for op in walk(module.programs[0].body) if isinstance(op, Host)]
    assert [(op.pure, op.total) for op in hosts[:3]] == [
        (False, True),
        (True, False),
        (False, True),
    ]
    assert not any(op.pure or op.total for op in hosts[3:])
    NOTES.clear()
    found = [
        promising.run("x", [1], backend=mock, mode=mode, run_seed=1).text()
        for mode in ("compiled", "direct")
    ]
    assert found[0] == found[1]
    assert "<x2><[1]1>" in found[0]
    assert NOTES == ["asked x"] * 2


def test_a_promise_is_said_of_functions():
    with pytest.raises(TypeError, match="`total` is said of a function, not of 3"):
        sgl.total(3)  # type: ignore[type-var]


def test_the_loops_of_a_chain_of_helpers_are_lowered_once_each(tmp_path, monkeypatch):
    source = "from sglc import gen\n"
    for n in range(64):
        source += f"def h{n}(s, n):\n    for i in range(n):\n        s += 'x' + gen('a{n}')\n"
        source += f"        h{n - 1}(s, n)\n" if n else ""
    file = tmp_path / "chain.py"
    file.write_text(source)
    made = {}
    exec(compile(source, str(file), "exec"), made)
    tries = []
    monkeypatch.setattr(
        carrying, "tried_with", lambda *given: tries.append(1) or guessing.tried_with(*given)
    )
    allow_nesting()
    assert lower(made["h63"], {"n": INT}).is_compiled
    assert len(tries) == 64
