"""Every pass has its page and its golden file, and the pages say what the docstrings say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from sglc.passes.pipeline import REGISTRY

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "passes"
SCRIPT = ROOT / "docs" / "make_passes.py"


def generated() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("make_passes", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script.pages()


def test_the_pages_are_up_to_date():
    folder = ROOT / "docs" / "passes"
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}

    assert found == generated(), "run: python docs/make_passes.py"


@pytest.mark.parametrize("name", REGISTRY)
def test_a_pass_has_an_example_a_law_and_a_golden_file(name: str):
    page = generated()[f"{name}.md"]

    assert "```" in page, "a page shows the IR before and after"
    assert "ever " in page, "a page says what must never happen"
    assert (GOLDEN / f"{name.replace('-', '_')}.md").exists()
