"""Every block of docs/python.md runs, one after the other, as one file; and every public name is on the page."""

import re
import runpy
from pathlib import Path

import pytest
from fenced import blocks

import sglc as sgl

PAGE = Path(__file__).parents[3] / "docs" / "python.md"
TEXT = PAGE.read_text("utf-8")


@pytest.fixture(autouse=True)
def no_default_backend():
    yield
    sgl.set_default_backend(None)


def test_every_block_runs(tmp_path):
    file = tmp_path / "python_page.py"  # a front end that reads source needs a file
    file.write_text("\n".join(block.text for block in blocks(TEXT)), "utf-8")
    runpy.run_path(str(file))


def test_every_block_is_python():
    assert {block.language for block in blocks(TEXT)} == {"python"}


@pytest.mark.parametrize("name", [name for name in sgl.__all__ if name != "__version__"])
def test_every_public_name_is_on_the_page(name):
    base = name.removesuffix("_begin").removesuffix("_end")  # `user_begin()` and the like
    assert re.search(rf"`[^`]*\b{base}\b", TEXT)


@pytest.mark.parametrize("link", re.findall(r"\]\((\.\./[^)]+)\)", TEXT))
def test_links_lead_somewhere(link):
    assert (PAGE.parent / link).resolve().exists()
