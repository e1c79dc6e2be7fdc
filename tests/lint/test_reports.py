"""The formats: what machines read says the same, and holds no text of prompts unless asked."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.finding import Gap
from sglc.compiler.lint.report.formats import FORMATS, written
from sglc.compiler.lint.run import Result, lint

SECRET = "launch code 7755"
PROGRAM = """import time
import litellm


def ask(q):
    s = "SECRET {}".format(time.time()) + "Rule. " * 200
    return litellm.completion(model="gpt-5.1", messages=[{"role": "system", "content": s}, *q])
"""


@pytest.fixture
def result(tmp_path: Path) -> Result:
    lines = []
    for n in range(6):
        head = f"Now 10:{n:02}. {SECRET}. " + "Keep to the rules. " * 60
        lines.append(
            json.dumps(
                {
                    "model": "gpt-5.1",
                    "messages": [
                        {"role": "system", "content": head},
                        {"role": "user", "content": f"q{n}"},
                    ],
                }
            )
        )
    (tmp_path / "calls.jsonl").write_text("\n".join(lines))
    program = PROGRAM.replace("SECRET", SECRET)
    (tmp_path / "a.py").write_text(program)
    return lint([tmp_path], Config())


def test_every_format_names_both_findings(result: Result) -> None:
    assert [f.code for f in result.findings] == ["PFX101", "PFX101"]
    for format in FORMATS:
        text = written(result, format, True)
        assert text.count("PFX101") >= 2, format


@pytest.mark.parametrize("format", [f for f in FORMATS if f not in ("full", "concise")])
def test_machine_formats_keep_prompts_to_themselves(result: Result, format: str) -> None:
    assert SECRET not in written(result, format, True)  # type: ignore[arg-type]


def test_sarif_has_rules_flows_and_fingerprints(result: Result) -> None:
    run = json.loads(written(result, "sarif", True))["runs"][0]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for each in run["results"]:
        assert ids[each["ruleIndex"]] == each["ruleId"]
        assert each["partialFingerprints"]["sglcIdentity/v1"]
        steps = each["codeFlows"][0]["threadFlows"][0]["locations"]
        assert len(steps) >= 2
        assert all(s["location"]["physicalLocation"]["region"]["startLine"] >= 1 for s in steps)


SCHEMA = Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json"
SHOWN = ["corpus/py/pos", "corpus/jinja/pos", "corpus/templates/pos"]


def test_sarif_keeps_to_its_schema(result: Result, tmp_path: Path) -> None:
    """Findings of all kinds, with fixes, code flows, gaps, and a file that could not be analysed."""
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "blanks.j2").write_text(
        "\ufeffYou are the clerk of a library. Answer the question of the reader, and never guess. \t\n{{ q }}"
    )
    found = lint(
        [tmp_path, *(Path(__file__).parent / name for name in SHOWN)], Config(preview=True)
    )
    assert len({f.code for f in found.findings}) > 15
    gap = Gap(found.findings[0].evidence.origin, "too large")
    for each in (result, replace(found, gaps=(gap,))):
        for redact in (True, False):
            jsonschema.validate(
                json.loads(written(each, "sarif", redact)), json.loads(SCHEMA.read_text())
            )
    assert any(
        "fixes" in r for r in json.loads(written(found, "sarif", True))["runs"][0]["results"]
    )


def test_github_escapes_what_would_end_a_command(result: Result) -> None:
    for line in written(result, "github", True).splitlines():
        assert line.startswith("::error file=")
        assert "title=sglc PFX101::" in line


def test_gitlab_fingerprints_are_stable(result: Result) -> None:
    entries = json.loads(written(result, "gitlab", True))
    assert len({entry["fingerprint"] for entry in entries}) == 2
    assert entries[0]["severity"] == "major"


def test_much_that_is_not_followed_is_counted_by_file(result: Result) -> None:
    gaps = tuple(
        Gap(replace(result.findings[0].evidence.origin, file=f"f{n % 8}.py", line=n + 1), "large")
        for n in range(40)
    )
    lines = written(replace(result, gaps=gaps), "concise", redact=True).splitlines()
    told = [line for line in lines if line.startswith("not followed")]
    assert told[0] == "not followed: 40 places in 8 files, all of them in `--format json`"
    assert told[1] == "not followed: f0.py: 5"
    assert told[-1] == "not followed: and 3 more files"
    assert (
        len(json.loads(written(replace(result, gaps=gaps), "json", redact=True))["not_followed"])
        == 40
    )
