"""The corpus: nothing wrong is found, and nearly all that should be."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent


def corpus() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lint_corpus", HERE / "corpus.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lint_corpus"] = module
    spec.loader.exec_module(module)
    return module


Scored = tuple[dict[str, Any], list[str], int]


@pytest.fixture(scope="module")
def both() -> tuple[Scored, Scored]:
    """Scores, remarks, and how many cases there are: with all rules, and with the default set alone."""
    return corpus().run()


def test_nothing_wrong_and_nearly_all_that_is_there(both: tuple[Scored, Scored]) -> None:
    scores, remarks, count = both[0]
    assert count >= 160
    assert [remark for remark in remarks if remark.startswith("wrong")] == []
    assert scores["all"].right >= 0.95 * scores["all"].expected, remarks


def test_the_default_set_alone(both: tuple[Scored, Scored]) -> None:
    scores, remarks, _ = both[1]
    every = scores["all"]
    assert [remark for remark in remarks if remark.startswith("wrong")] == []
    assert every.expected >= 200
    assert every.right >= 0.95 * every.expected, remarks


def test_each_depth_is_followed(both: tuple[Scored, Scored]) -> None:
    scores, remarks, _ = both[0]
    for depth in ("0", "1", "2", "class", "module"):
        each = scores[f"depth {depth}"]
        assert each.right == each.expected > 0, remarks
