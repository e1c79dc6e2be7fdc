"""`sglc test`: what a report says when a test passes, fails, or can't run; JUnit; the command."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from sglc.compiler.cli import run
from sglc.compiler.testing.blocks import Report, Setup, run_file
from sglc.compiler.testing.junit import junit_xml
from sglc.ir.target import Target

PROGRAM = """
extern def search(query: str) -> str

program inner(n: int) -> int:
    "{n}"
    score: int = gen(max_tokens=8)
    return score

program agent(task: str, picture: image) -> {answer: str, found: str, picks: list[str]}:
    user:
        picture
        "{task}"
    assistant: answer = gen(max_tokens=8)
    found = search(answer)
    fork i in range(2):
        user: "pick {found}"
        assistant: pick = select("a", "b")
    return {answer, found, picks: pick}

program outer(n: int) -> int:
    return inner(n=n)
"""


def reports(tmp_path: Path, tests: str, **setup: object) -> dict[str, Report]:
    """The reports of some tests of the program above, by name."""
    path = tmp_path / "t.sgl"
    path.write_text(PROGRAM + tests, encoding="utf-8")
    found = run_file(path, Setup(Target.estimating(), **setup))  # pyright: ignore[reportArgumentType]
    return {report.name: report for report in found}


def test_mocks_answer_in_source_order(tmp_path: Path) -> None:
    report = reports(
        tmp_path,
        """
program show(task: str) -> list[str]:
    fork i in range(2):
        "{task} {i}"
        x = gen(max_tokens=4)
    y = gen(n=2, temperature=1)
    return x + y

test "a":
    mock x = ["1", "2"]
    mock y = ["3", "4"]
    r = show(task="t")
    expect r == ["1", "2", "3", "4"]
""",
    )["a"]
    assert report.passed
    assert [call.answer for call in report.calls] == ["1", "2", "3", "4"]
    assert all(call.is_mock for call in report.calls)
    assert report.unmocked == ()


def test_an_unmet_expectation_shows_both_sides_and_the_transcript(tmp_path: Path) -> None:
    report = reports(
        tmp_path,
        'test "b":\n    mock score = 3\n    n = inner(n=1)\n    expect n == 4\n    expect n > 1\n',
    )["b"]
    assert not report.passed
    (unmet,) = report.unmet
    assert (unmet.left, unmet.right, unmet.span.text) == (3, 4, "n == 4")
    assert report.calls[0].asked.endswith("1")


def test_a_called_program_is_reached_by_its_name(tmp_path: Path) -> None:
    found = reports(
        tmp_path,
        'test "c":\n    mock inner.score = 7\n    n = outer(n=1)\n    expect n == 7\n'
        'test "d":\n    n = outer(n=1)\n    expect n == n\n',
    )
    assert found["c"].passed
    assert found["d"].unmocked == ("score",)


@pytest.mark.parametrize(
    ("test", "code"),
    [
        ("mock score = [1]\n    a = inner(n=1)\n    b = inner(n=2)", "SGL3630"),
        ("r = parts(task='t')", "SGL3501"),
        ("mock pick = 'c'\n    r = picks()", ""),
    ],
)
def test_what_can_not_run_is_an_error(tmp_path: Path, test: str, code: str) -> None:
    extra = """
program parts(task: str) -> str:
    return search(task)

program picks() -> str:
    "x"
    pick = gen(choices=["a", "b"])
    return pick
"""
    if not code:
        from sglc.ir.diagnostic import CompileFailed

        with pytest.raises(CompileFailed, match="SGL0207"):
            reports(tmp_path, f'{extra}\ntest "e":\n    {test}\n')
        return
    report = reports(tmp_path, f'{extra}\ntest "e":\n    {test}\n')["e"]
    assert not report.passed
    assert code in report.error


def test_host_functions_come_from_mocks_or_from_python(tmp_path: Path) -> None:
    test = """
program ask_host(q: str) -> str:
    return search(q)

test "f":
    r = ask_host(q="x")
    expect r == "host x"

test "g":
    mock search(query) = upper("mock {query}")
    r = ask_host(q="x")
    expect r == "MOCK X"
"""
    found = reports(tmp_path, test, hosts={"search": lambda query: f"host {query}"})
    assert found["f"].passed
    assert found["g"].passed


def test_junit(tmp_path: Path) -> None:
    tests = (
        'test "good":\n    mock score = 3\n    n = inner(n=1)\n    expect n == 3\n'
        'test "bad \\x01":\n    mock score = 3\n    n = inner(n=1)\n    expect n == 4\n'
        'test "broken":\n    mock score = [1]\n    a = inner(n=1)\n    b = inner(n=1)\n    expect a == b\n'
    )
    root = ElementTree.fromstring(
        junit_xml(list(reports(tmp_path, tests).values())).split("\n", 1)[1]
    )
    suite = root[0]
    assert suite.attrib | {"time": ""} == {
        "name": str(tmp_path / "t.sgl"), "tests": "3", "failures": "1", "errors": "1", "time": "",
    }  # fmt: skip
    assert [len(case) for case in suite] == [0, 1, 1]
    assert suite[1][0].text == "left:  3\nright: 4"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.sgl"
    tests = 'test "no":\n    mock score = 3\n    n = inner(n=1)\n    expect n == 4\n'
    path.write_text(PROGRAM + tests, encoding="utf-8")
    report = tmp_path / "junit.xml"
    assert run(["test", str(path), "--junit", str(report)]) == 1
    out, err = capsys.readouterr()
    assert "FAIL  no" in out
    assert "left:  3" in out
    assert "inner.score" in out
    assert "0 passed, 1 failed" in err
    assert "<failure" in report.read_text(encoding="utf-8")
    path.write_text(PROGRAM + tests.replace("4", "3"), encoding="utf-8")
    assert run(["test", str(path)]) == 0
    path.write_text("program p(:\n", encoding="utf-8")
    assert run(["test", str(tmp_path)]) == 1
    assert "SGL0001" in capsys.readouterr().err


def test_fmt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.sgl"
    path.write_text("program p():\n  'x'\n", encoding="utf-8")
    assert run(["fmt", "--check", str(tmp_path)]) == 1
    assert run(["fmt", "--diff", str(path)]) == 1
    assert '+    "x"' in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == "program p():\n  'x'\n"
    assert run(["fmt", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == 'program p():\n    "x"\n'
    assert run(["fmt", "--check", str(path)]) == 0
    assert run(["fmt", str(tmp_path / "missing.sgl")]) == 2


def test_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "SGL0104"]) == 0
    assert capsys.readouterr().out.startswith("# SGL0104: unknown name\n")
    assert run(["rule", "104"]) == 0
    assert run(["rule"]) == 0
    assert "SGL0302  outside of a turn" in capsys.readouterr().out
    assert run(["rule", "SGL9999"]) == 2
