"""Files built together share what their programs have in common, and say so when their names collide."""

from pathlib import Path

import pytest

from sglc.compiler.cli import run
from sglc.compiler.driver.compilation import compile_file, compile_files
from sglc.runtime.plan.schema import Plan

RULES = "You check documents. You quote what you find, you never guess, and you answer in one line."
LIBRARY = f'text RULES = "{RULES}"\nprompt rules():\n    system: RULES\n'
FILE = """\
import "library.sgl" as library

program {0}(x: str) -> str:
    use library.rules()
    user: "{1} {{x}}"
    assistant: a = gen(max_tokens=8)
    return a
"""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "library.sgl").write_text(LIBRARY)
    made = [tmp_path / "dates.sgl", tmp_path / "names.sgl"]
    for file, question in zip(made, ("Which dates are in", "Which names are in"), strict=True):
        file.write_text(FILE.format(file.stem, question))
    return made


def shared_nodes(plan: Plan) -> int:
    """Nodes on the way of calls of more than one program."""
    ways: dict[int, set[str]] = {}
    parents = {node.id: node.parents for node in plan.nodes}
    for family in plan.families:
        at = [family.node]
        while at:
            node = at.pop()
            ways.setdefault(node, set()).add(family.program)
            at += parents[node]
    return sum(len(node.ids or ()) for node in plan.nodes if len(ways.get(node.id, ())) > 1)


def test_what_two_files_have_in_common_is_one_prefix(files: list[Path]):
    plan = compile_files(files, model="estimate").plan
    assert {p.name for p in plan.programs} >= {"dates", "names"}
    assert plan.entry == "dates"
    assert shared_nodes(plan) > 15
    alone = [compile_file(file, model="estimate").plan for file in files]
    assert [len(p.families) for p in alone] == [1, 1]


def test_the_command_takes_several_files(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    made = tmp_path / "both.plan.json"
    assert run(["build", *map(str, files), "-o", str(made), "--model", "estimate"]) == 0
    common = ["--backend", "mock", "--model", "estimate", "x=a letter"]
    assert run(["run", f"{made}:names", *common]) == 0
    assert capsys.readouterr().out.strip()


def test_a_name_for_two_things_is_refused(files: list[Path], capsys: pytest.CaptureFixture[str]):
    files[1].write_text(FILE.format("dates", "Which names are in"))
    assert run(["build", *map(str, files), "--model", "estimate"]) == 1
    said = capsys.readouterr().err
    assert "SGL2015" in said
    assert "both declare `dates`" in said
