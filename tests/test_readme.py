"""What the README shows works: its program compiles, its Python runs, the files it names are there."""

import importlib
import re
from pathlib import Path

import pytest

import sglc
from sglc.ir.span import Source
from sglc.lang.compile import compile_source

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_program_is_the_example():
    (program,) = blocks("sgl")
    assert program == (ROOT / "examples" / "triage.sgl").read_text("utf-8")
    module, diagnostics = compile_source(Source("README.md", program))
    assert module is not None
    assert diagnostics == []


def test_the_python_program_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    (code,) = blocks("python")
    file = tmp_path / "from_readme.py"  # a front end that reads source needs a file
    file.write_text(
        code.replace(
            "import sglc as sgl\n",
            'import sglc as sgl\nsgl.set_default_backend(sgl.Mock())\ntext = "A letter."\n',
        )
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    from_readme = importlib.import_module("from_readme")

    state = from_readme.state
    assert capsys.readouterr().out == f"{state['summary']} {state['entities']}\n"
    assert isinstance(state["summary"], str)
    sglc.set_default_backend(None)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links_lead_somewhere(target: str):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w/.]+)`", README))))
def test_named_tests_exist(path: str):
    assert (ROOT / path).exists()
