"""Chat templates: rendered in a child, within bounded time and memory."""

from pathlib import Path

import pytest

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.run import lint
from sglc.ir.target.child import Case, ChildError, TemplateChild
from sglc.ir.target.template import CHATML

DROPS = """{%- set ns = namespace(last=0) %}
{%- for m in messages %}{%- if m.role == 'user' %}{%- set ns.last = loop.index0 %}{%- endif %}{%- endfor %}
{%- for m in messages %}
{{- '<|im_start|>' + m.role + '\\n' }}
{%- if m.reasoning_content and loop.index0 > ns.last %}{{- '<think>' + m.reasoning_content + '</think>' }}{%- endif %}
{{- m.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
"""
TOOLS_LAST = """{%- for m in messages %}{{- '<|' + m.role + '|>' + (m.content or '') }}{%- endfor %}
{%- if tools %}{{- tools | tojson }}{%- endif %}
{%- if add_generation_prompt %}{{- '<|assistant|>' }}{%- endif %}
"""
CRASHES = """{%- for m in messages %}{{- '<|' + m.role + '|>' + (m.content or '') }}
{%- for call in m.tool_calls or [] %}{{- call.function.name }}
{%- for k, v in call.function.arguments.items() %}{{- k }}{%- endfor %}{%- endfor %}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>' }}{%- endif %}
"""


def codes(folder: Path, source: str) -> list[str]:
    (folder / "chat_template.jinja").write_text(source)
    return [f.code for f in lint([folder], Config(preview=True)).findings]


def test_a_plain_template_is_fine(tmp_path: Path) -> None:
    assert codes(tmp_path, CHATML) == []


def test_reasoning_that_is_dropped(tmp_path: Path) -> None:
    assert codes(tmp_path, DROPS) == ["PFX502"]


def test_tools_behind_the_turns(tmp_path: Path) -> None:
    assert set(codes(tmp_path, TOOLS_LAST)) == {"PFX502", "PFX503"}


def test_arguments_as_a_string(tmp_path: Path) -> None:
    assert "PFX504" in codes(tmp_path, CRASHES)


def test_no_template_at_all_is_not_analysed(tmp_path: Path) -> None:
    assert codes(tmp_path, "{% for m in messages %}") == ["PFX900"]


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
        "{{ 'a' * 99999999999 }}",
    ],
)
def test_what_does_not_end_is_ended(source: str) -> None:
    with TemplateChild(seconds=6.0, megabytes=512) as child:
        assert "template" in _problem(child, source)
        (after,) = child.render("{{ 1 + 1 }}", [Case({})])
        assert after.text == "2"


def _problem(child: TemplateChild, source: str) -> str:
    try:
        (outcome,) = child.render(source, [Case({"messages": []})])
    except ChildError as error:
        return str(error)
    return f"template: {outcome.error}" if outcome.error else "it rendered"


def test_the_day_is_the_one_that_is_given() -> None:
    with TemplateChild() as child:
        one, other = child.render(
            "{{ strftime_now('%d %b') }}", [Case({}, "2026-01-01"), Case({}, "2026-02-03")]
        )
    assert (one.text, other.text) == ("01 Jan", "03 Feb")


def test_a_template_that_draws(tmp_path: Path) -> None:
    drawn = CHATML + "{{ ['brief', 'kind', 'exact', 'calm'] | random }}"
    assert codes(tmp_path, drawn) == ["PFX102"]
    assert (
        lint([tmp_path], Config()).findings == lint([tmp_path], Config(), use_cache=False).findings
    )
