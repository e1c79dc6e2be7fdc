"""The programs in `examples/python`: each is compiled, shares what it should, and meets its prediction."""

import importlib.util
from pathlib import Path

import pytest

import sglc as sgl
from sglc.runtime.trace.worlds import worlds

EXAMPLES = Path(__file__).parent.parent.parent.parent / "examples" / "python"

CASES = {
    # program: its arguments, the names that it binds, and how many of its calls find a prefix
    "tips.tips": (
        ("my evenings", "Sleep early.", "Walk a lot."),
        {"first", "second", "summary"},
        3,
    ),
    "tips.expand": (("Sleep early.",), {"paragraph"}, 0),
    "react.react": (("Who?",), {"thought", "action", "argument"}, 2),
    "extract.ferry": (("The Vega leaves pier 7 with 300 berths.",), {"ferry"}, 0),
    "extract.departure": (("The Vega leaves at 22:05.",), {"time"}, 0),
    "judge.judge": (("Harbours are built twice.",), {"on_topic"}, 1),
    "tree.solve": (("How many ships are there?",), {"plan", "plan_score", "work", "answer"}, 12),
}


@pytest.fixture(scope="module")
def mock():
    with sgl.Mock() as made:
        yield made


def program(name: str) -> sgl.Program:
    file, _, function = name.partition(".")
    spec = importlib.util.spec_from_file_location(f"example_{file}", EXAMPLES / f"{file}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, function)


@pytest.mark.parametrize("name", CASES)
def test_an_example_is_compiled_and_meets_its_prediction(name):
    args, names, sharing = CASES[name]
    with sgl.Mock() as mock:  # an empty cache, so that nothing but the plan explains what is cached
        state = program(name).run(*args, backend=mock, mode="compiled", run_seed=3)
        assert state.error() is None
        assert names <= set(state.keys())
        calls = state.trace.calls
    assert [call.cached for call in calls] == [call.predicted_cached for call in calls]
    assert sum(call.cached > 0 for call in calls) >= sharing


@pytest.mark.parametrize("name", CASES)
def test_both_modes_say_the_same(name, mock):
    args, _, _ = CASES[name]
    compiled, direct = (
        program(name).run(*args, backend=mock, mode=mode, temperature=0, run_seed=3)
        for mode in ("compiled", "direct")
    )
    assert (compiled.error(), direct.error()) == (None, None)
    assert set(compiled.keys()) == set(direct.keys())
    assert len(compiled.trace.calls) == len(direct.trace.calls)
    if name == "tree.solve":  # it samples, and each mode names its calls in its own way
        first, other = (min(s.trace.calls, key=lambda c: len(c.prompt)) for s in (compiled, direct))
        assert first.prompt == other.prompt
    else:
        assert compiled.text() == direct.text()


@pytest.mark.parametrize("name", CASES)
def test_an_example_is_explained_and_shown_in_notebooks(name, mock):
    args, _, _ = CASES[name]
    text = program(name).explain(*args, backend=mock)
    assert program(name).__name__ in text
    page = program(name)._repr_html_()
    assert page.startswith("<iframe")


def test_a_batch_computes_its_instructions_once():
    extract = program("extract.departure")
    with sgl.Mock() as mock:
        rows = [{"notice": f"The ferry number {i} leaves at noon."} for i in range(8)]
        states = extract.run_batch(rows, backend=mock, mode="compiled")
    requests = [request for state in states for request in state.trace.requests]
    assert [call.cached > 30 for call in requests if call.is_call] == [False] + [True] * 7
    assert worlds(requests).compiled == worlds(requests).lower_bound
