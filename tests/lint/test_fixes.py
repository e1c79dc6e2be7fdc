"""Fixes of Python: performed, looked at again, and refused where nothing gets better."""

import json
from pathlib import Path

import pytest

from sglc.compiler.cli import run

RULES = 'RULES = "Keep to the rules of the house, and say which of them you used. " * 40\n'
ASK = """

def ask(q):
    messages = [{"role": "system", "content": head()}, {"role": "user", "content": q}]
    return litellm.completion(model="gpt-5.1", messages=messages)
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.sglc.lint]\n")
    return tmp_path / "a.py"


def program(imports: str, body: str) -> str:
    return f"import litellm\n{imports}\n{RULES}{body}{ASK}"


SAFE = {
    "listing": (
        "import os",
        '\n\ndef head():\n    return "\\n".join(os.listdir("guides")) + RULES\n',
        '"\\n".join(sorted(os.listdir("guides")))',
    ),
    "loop": (
        "",
        '\n\ndef head():\n    names = {"a", "b"}\n    text = ""\n'
        "    for name in names:\n        text += name\n    return text + RULES\n",
        "for name in sorted(names):",
    ),
    "comprehension": (
        "from pathlib import Path",
        '\n\ndef head():\n    return "".join(p.read_text() for p in Path("g").glob("*.md")) + RULES\n',
        'for p in sorted(Path("g").glob("*.md"))',
    ),
    "dump": (
        "import json",
        '\n\ndef head():\n    table = {n: 1 for n in {"a", "b"}}\n    return json.dumps(table, indent=1) + RULES\n',
        "json.dumps(table, indent=1, sort_keys=True)",
    ),
}


@pytest.mark.parametrize("name", SAFE)
def test_what_has_no_order_is_given_one(file: Path, name: str) -> None:
    imports, body, expected = SAFE[name]
    file.write_text(program(imports, body))
    assert run(["lint", "a.py", "--no-cache"]) == 1
    assert run(["lint", "a.py", "--fix", "--no-cache"]) == 0
    assert expected in file.read_text()
    assert run(["lint", "a.py", "--no-cache"]) == 0


MOVES = {
    "sum": ('f"Now: {time.time()}. " + RULES', 'RULES + f"Now: {time.time()}. "'),
    "list": (
        '"\\n".join([f"Now: {time.time()}.", RULES])',
        '"\\n".join([RULES, f"Now: {time.time()}."])',
    ),
    "lines": ('f"Now: {time.time()}\\n{RULES}\\n"', 'f"{RULES}\\nNow: {time.time()}\\n"'),
}


@pytest.mark.parametrize("name", MOVES)
def test_what_changes_is_moved_only_when_asked(
    file: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before, expected = MOVES[name]
    text = program("import time", f"\n\ndef head():\n    return {before}\n")
    file.write_text(text)
    run(["lint", "a.py", "--fix", "--no-cache"])
    assert file.read_text() == text
    assert run(["lint", "a.py", "--unsafe-fixes", "--diff", "--no-cache"]) == 1
    assert f"+    return {expected}" in capsys.readouterr().out
    assert file.read_text() == text
    run(["lint", "a.py", "--fix", "--unsafe-fixes", "--no-cache"])
    assert f"return {expected}" in file.read_text()
    assert "in place of" in capsys.readouterr().err or run(["lint", "a.py", "--no-cache"]) == 0


def test_a_fix_that_makes_nothing_better_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sum that is turned around is a log line: the prompt stays what it was."""
    body = """

def head():
    now = f"Now: {time.time()}. "
    print(now + "is the time")
    return "{}{}".format(now, RULES)
"""
    text = program("import time", body)
    file.write_text(text)
    run(["lint", "a.py", "--fix", "--unsafe-fixes", "--no-cache"])
    assert file.read_text() == text
    assert "refused a.py" in capsys.readouterr().err


def test_sarif_carries_the_fix(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imports, body, _ = SAFE["listing"]
    file.write_text(program(imports, body))
    run(["lint", "a.py", "--format", "sarif", "--no-redact", "--no-cache"])
    (found,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    (change,) = found["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"]["text"] == 'sorted(os.listdir("guides"))'
