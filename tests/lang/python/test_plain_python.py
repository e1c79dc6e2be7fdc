"""What plain Python does with names, values and iteration, the compiled mode does: one program a kind."""

from __future__ import annotations

import asyncio
import itertools
import sys
import warnings
from types import SimpleNamespace
from typing import Any

import pytest

import sglc as sgl

MOOD, SHOTS, LOG = "calm", [["q", "a"], ["r", "b"]], []
SETTINGS = SimpleNamespace(style="brief", tokens=2)
COUNTED = 0


class Counter:
    """Reading `next` changes it."""

    def __init__(self):
        self.count = 0

    @property
    def next(self):
        self.count += 1
        return self.count


COUNTER = Counter()


def bump():
    global COUNTED
    COUNTED += 1


def lines():
    for word in ("one", "two", "three"):
        LOG.append("made " + word)
        yield word


def keeps_the_old_value(s, words):
    label, number = "none", 5
    for word in words:
        if word.startswith("z"):
            label = word
    try:
        number = int(words[0])
    except ValueError:
        pass
    s += f"{label} {number} " + sgl.gen("g", temperature=0, max_tokens=3)


def is_not_bound(s, words):
    if len(words) > 1:
        s += "many " + sgl.gen("g", temperature=0, max_tokens=3)
        found = "set"
    s += found  # pyright: ignore
    return found  # pyright: ignore


def walrus(s, words):
    count = 0
    if (count := len(words)) > 1:
        s += "many "
    last = "none"
    upper = [last := word.upper() for word in words]
    s += f"{count} {last} {upper} {(count := 7)}" + sgl.gen("g", temperature=0, max_tokens=3)
    return count, last


def closes_over_a_loop(s, words):
    found = []
    for word in words:
        found.append(lambda: word)  # noqa: B023
        s += word + sgl.gen("g", temperature=0, max_tokens=3)
    s += str([function() for function in found])


def grows_while_gone_through(s, words):
    queue = list(words)
    for word in queue:
        s += word + sgl.gen("g", temperature=0, max_tokens=3)
        if len(queue) < 5:
            queue.append(word + "+")
    return queue


def asks_a_generator(s, words):
    LOG.clear()
    for word in lines():
        LOG.append("used " + word)
        s += word + sgl.gen("g", temperature=0, max_tokens=3)
        if word == "two":
            break
    return list(LOG)


def never_ends(s, words):
    for number in itertools.count():
        s += f"{number} " + sgl.gen("g", temperature=0, max_tokens=3)
        if number >= len(words):
            return number


def reads_what_changes(s, words):
    s += f"{COUNTED} {COUNTER.next} "
    bump()
    s += f"{COUNTED} {COUNTER.next} " + sgl.gen("g", temperature=0, max_tokens=3)


def returns_in_a_loop(s, words):
    for word in words:
        s += word + sgl.gen("g", temperature=0, max_tokens=3)
        if word == "b":
            return "found"
    else:
        s += " none of them "
    return "not found"


def binds_in_some_rounds(s, words):
    for word in words:
        if word == "a":
            found = word
            s += word + sgl.gen("x", temperature=0, max_tokens=3)
        else:
            s += word
    s += f"{'x' in s} {found}"  # pyright: ignore


def unbinds(s, words):
    name = "here"
    del name
    try:
        got = name  # pyright: ignore
    except NameError as error:
        got = type(error).__name__
    s += got + sgl.gen("g", temperature=0, max_tokens=3)


def shadows(s, list):
    for word in list:
        s += word + sgl.gen("g", temperature=0, max_tokens=3)
    s += str(eval("1 + 1"))


PROGRAMS = [
    keeps_the_old_value, is_not_bound, walrus, closes_over_a_loop, grows_while_gone_through, asks_a_generator,
    binds_in_some_rounds, never_ends, reads_what_changes, returns_in_a_loop, unbinds, shadows,
]  # fmt: skip
DIRECT = {"closes_over_a_loop", "shadows"}
WORDS = [["a", "b", "c"], ["7"], [], ["za", "b"], ("a", "zb")]


@pytest.fixture(scope="module")
def mock():
    with sgl.Mock() as made:
        yield made


def outcome(function, mode, mock, *args):
    """What a run gave: its value and text, or its exception."""
    global COUNTED, COUNTER
    COUNTED, COUNTER = 0, Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sgl.DirectModeWarning)
        try:
            state = sgl.function(function).run(  # pyright: ignore
                *args, backend=mock, mode=mode, run_seed=0
            )
        except Exception as error:
            return type(error).__name__, str(error)
    return repr(state.ret_value), state.text(), str(state.error())


@pytest.mark.parametrize("words", WORDS, ids=str)
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_a_program_is_what_plain_python_makes_of_it(function, words, mock):
    assert outcome(function, "auto", mock, words) == outcome(function, "direct", mock, words)


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_all_but_the_unprovable_is_compiled(function, mock):
    program: Any = sgl.function(function)
    try:
        program.compile(["a"], backend=mock)
        assert function.__name__ not in DIRECT
    except sgl.CompileFailed:
        assert function.__name__ in DIRECT


def values(s, value):
    s += f"{value} {value == value} {value!r} " + sgl.gen("g", temperature=0, max_tokens=3)
    s += f"{isinstance(value, (tuple, int))} {value * 2} {value!s}"
    return value


@pytest.mark.parametrize(
    "value",
    [("a", "b"), (("a",), ["b"]), float("nan"), float("inf"), -0.0, 2**70, 2**62, True, {1: "x"}, {"k"}],
    ids=repr,
)  # fmt: skip
def test_values_that_json_does_not_have_are_pythons(value, mock):
    assert outcome(values, "auto", mock, value) == outcome(values, "direct", mock, value)


@sgl.function
def reads_from_outside(s):
    s += f"{MOOD} {SETTINGS.style} " + sgl.gen("g", temperature=0, max_tokens=SETTINGS.tokens)
    for question, answer in SHOTS:
        s += question + answer


def test_what_was_read_when_it_was_compiled_is_compared_before_each_run(mock, monkeypatch):
    def text():
        compiled = reads_from_outside.run(backend=mock, mode="compiled")
        assert compiled.text() == reads_from_outside.run(backend=mock, mode="direct").text()
        return compiled.text()

    assert text().startswith("calm brief ")
    monkeypatch.setattr(SETTINGS, "style", "long")
    assert text().startswith("calm long ")
    monkeypatch.setattr(sys.modules[__name__], "SHOTS", [["q", "changed"], ["r", "b"]])
    assert "qchangedrb" in text()
    monkeypatch.setattr(SETTINGS, "tokens", 5)
    assert text() != ""


@sgl.function
def optional(s, temperature=None, tokens=None, stop=None, seed=None, count=None):
    forks = s.fork(3)
    forks += "idea: " + sgl.gen(
        "x", temperature=temperature, max_tokens=tokens, stop=stop, seed=seed
    )
    forks.join()
    s += str(s["x"])


def test_a_parameter_that_is_none_was_not_given(mock):
    runs: list[dict[str, Any]] = [
        {},
        {"temperature": 0.5, "tokens": 4},
        {"seed": 3},
        {"stop": "e", "tokens": 2},
    ]
    for given in runs:
        states = [
            optional.run(**given, backend=mock, mode=mode, run_seed=0) for mode in ("compiled", "direct")
        ]  # fmt: skip
        assert [state.error() for state in states] == [None, None]
        assert states[0]["x"] == states[1]["x"]
    assert len(set(optional.run(backend=mock, mode="compiled", run_seed=0)["x"])) == 3


@sgl.function
async def awaits(s, word):
    await asyncio.sleep(0)
    s += word + sgl.gen("g", temperature=0, max_tokens=3)
    return s["g"]


def test_an_async_program_runs(mock):
    with pytest.warns(sgl.DirectModeWarning, match="async def"):
        state = awaits.run("x", backend=mock)
    assert state.ret_value == state["g"]

    async def within_a_loop():
        return awaits.run("x", backend=mock, mode="direct")

    assert asyncio.run(within_a_loop()).text() == state.text()


@sgl.function
def is_a_generator(s, word):
    s += word
    yield s


def test_a_generator_is_refused(mock):
    for mode in ("auto", "direct"):
        with pytest.raises(TypeError, match="is a generator"):
            is_a_generator.run("x", backend=mock, mode=mode)


@sgl.function
def sees_its_names(s, word):
    count = 2  # noqa: F841
    s += word + str(eval("count + 1"))


def test_the_warning_points_at_the_line_and_says_what_to_write(mock):
    with pytest.warns(sgl.DirectModeWarning) as found:
        state = sees_its_names.run("x", backend=mock)
    assert state.text() == "x3"
    (warning,) = found
    line = sees_its_names.function.__code__.co_firstlineno + 3
    assert (warning.filename, warning.lineno) == (__file__, line)
    assert "`eval` sees the names of a program" in str(warning.message)
    assert "help: a function of its own, outside the program, can be lowered" in str(
        warning.message
    )


ROLES = {"gen": sgl.gen}


def made_elsewhere(s, word):
    s += ROLES["gen"]("g", temperature=0, max_tokens=3)
    return s["g"]


def test_what_is_made_elsewhere_is_appended(mock):
    assert outcome(made_elsewhere, "auto", mock, "x") == outcome(
        made_elsewhere, "direct", mock, "x"
    )


def one_armed(s, word):
    forks = s.fork(1)
    forks[0] += word + sgl.gen("x", temperature=0, max_tokens=3)
    forks.join()
    return s["x"]


def from_a_list_of_turns(s, word):
    for turn in [sgl.user(word), sgl.assistant(sgl.gen("x", temperature=0, max_tokens=3))]:
        s += turn
    return s["x"]


@pytest.mark.parametrize("function", [one_armed, from_a_list_of_turns], ids=lambda f: f.__name__)
def test_what_arms_and_lists_give(function, mock):
    found = outcome(function, "compiled", mock, "Hi")
    assert found == outcome(function, "direct", mock, "Hi")
    assert found[0].startswith("[") == (function is one_armed)
