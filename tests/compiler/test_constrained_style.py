"""Whose white space a JSON schema's output has: the option `constrained_style` from each front end to the backend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from frontend import Recorder, endpoint

import sglc as sgl
from sglc.compiler.driver.compilation import Build, compile_file
from sglc.ir.diagnostic import CompileFailed

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}
LITERAL = json.dumps(json.dumps(SCHEMA)).replace("{", "{{").replace("}", "}}")


def built(options: str, folder: Path) -> Build:
    path = folder / "p.sgl"
    path.write_text(f"program p(q: str) -> str:\n    q\n    a = gen({options})\n    return a\n")
    return compile_file(path)


@pytest.mark.parametrize("style", ["free", "canonical"])
def test_a_file_says_the_style_and_the_plan_has_it(style: str, tmp_path: Path) -> None:
    build = built(f'json={LITERAL}, constrained_style="{style}"', tmp_path)
    (family,) = build.plan.families
    assert family.constraint == ("json", json.dumps(SCHEMA), style)


def test_canonical_is_what_is_said_without_it(tmp_path: Path) -> None:
    (said,) = built(f'json={LITERAL}, constrained_style="canonical"', tmp_path).plan.families
    (plain,) = built(f"json={LITERAL}", tmp_path).plan.families
    assert plain.constraint == said.constraint


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ('constrained_style="free"', "SGL0117"),
        ('regex="a", constrained_style="free"', "SGL0117"),
        ('json=q, constrained_style="free"', "SGL0117"),
        (f'json={LITERAL}, constrained_style="loose"', "SGL0215"),
        (f"json={LITERAL}, constrained_style=q", "SGL0215"),
        (f"json={LITERAL}, constrained_style=1", "SGL0201"),
    ],
)
def test_what_has_no_style_is_refused(options: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(CompileFailed) as failed:
        built(options, tmp_path)
    assert next(found.code for found in failed.value.diagnostics) == code


@sgl.function
def asks(s, schema):
    s += "Who?" + sgl.gen("a", json_schema=SCHEMA, constrained_style="free")


@pytest.mark.parametrize("mode", ["direct", "compiled"])
def test_python_says_it_too(mode: str) -> None:
    script = Recorder(lambda text: '{"n":\n 1}')
    with endpoint(script) as backend:
        state = asks.run(schema="", backend=backend, mode=mode)
        assert state["a"] == '{"n":\n 1}'
        assert [asked.constraint.style for asked in script.gens if asked.constraint] == ["free"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"constrained_style": "free"}, "json_schema"),
        ({"constrained_style": "free", "regex": "a"}, "json_schema"),
        ({"constrained_style": "loose", "json_schema": SCHEMA}, "'canonical' or 'free'"),
        ({"constrained_style": 1, "json_schema": SCHEMA}, "'canonical' or 'free'"),
    ],
)
def test_python_refuses_what_has_no_style(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sgl.gen("a", **given)
