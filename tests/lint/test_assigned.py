"""A chat template that sets a variable under a condition and writes it elsewhere: the finding stands at that `set`."""

import re
from pathlib import Path

import pytest

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.run import lint

TURNS = """{%- set ns = namespace(asked=0, cut=false) %}
{%- for m in messages %}{% if m.role == 'user' %}{% set ns.asked = loop.index0 %}{% endif %}{% endfor %}
{%- for m in messages %}
    {%- if m.role == 'assistant' %}
        {{- '<bot>' }}
BODY
        {{- '</bot>\\n' }}
    {%- else %}
        {{- '<' + m.role + '>' + m.content + '</' + m.role + '>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<bot>' }}{%- endif %}
"""

BODIES = {
    "one set": """
        {%- set said = m.content or '' %}
        {%- if '</think>' in said and loop.index0 < ns.asked %}
            {%- set said = said.split('</think>')[-1] %}{# here #}
        {%- endif %}
        {{- said }}""",
    "emptied": """
        {%- set thought = (m.content or '').split('</think>')[0] %}
        {%- set said = (m.content or '').split('</think>')[-1] %}
        {%- if loop.index0 < ns.asked %}
            {%- set thought = '' %}{# here #}
        {%- endif %}
        {{- thought }}
        {{- said }}""",
    "both sides": """
        {%- if loop.index0 < ns.asked %}
            {%- set said = (m.content or '').split('</think>')[-1] %}{# here #}
        {%- else %}
            {%- set said = m.content or '' %}{# here #}
        {%- endif %}
        {{- said }}""",
    "by another": """
        {%- set said = m.content or '' %}
        {%- set kept = said %}
        {%- if loop.index0 < ns.asked %}
            {%- set kept = said.split('</think>')[-1] %}{# here #}
        {%- endif %}
        {%- set shown = kept.strip() %}
        {%- set mood = 'calm' %}
        {%- if loop.last %}
            {%- set mood = 'new' %}
        {%- endif %}
        {{- shown }}""",
    "several": """
        {%- set said = m.content or '' %}
        {%- if said is none %}
            {%- set said = 'nothing' %}
        {%- endif %}
        {%- if loop.index0 < ns.asked %}
            {%- set said = said.split('</think>')[-1] %}{# here #}
        {%- endif %}
        {%- if tools and false %}
            {%- set said = said ~ '!' %}
        {%- endif %}
        {{- said }}""",
    "a flag": """
        {%- set ns.cut = false %}
        {%- if loop.index0 < ns.asked %}
            {%- set ns.cut = true %}{# here #}
        {%- endif %}
        {{- (m.content or '').split('</think>')[ns.cut | int :] | join(' ') }}""",
    "where it is written": """
        {%- set said = m.content or '' %}
        {{- said if loop.index0 > ns.asked else said.split('</think>')[-1] }}{# here #}""",
    "with blanks": """
        {% set said = m.content or '' -%}
        {% if loop.index0 < ns.asked -%}
            {% set said = said.split('</think>')[-1] -%}{# here #}
        {% endif -%}
        {{ said }}""",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_the_line_is_the_set_that_one_text_came_to(body: str, tmp_path: Path) -> None:
    marked = TURNS.replace("BODY\n", body.removeprefix("\n") + "\n")
    wanted = [n for n, line in enumerate(marked.split("\n"), start=1) if "{# here #}" in line]
    (tmp_path / "chat_template.jinja").write_text(re.sub(r"\{# here #\}", "", marked))
    found = lint([tmp_path], Config(preview=True)).findings
    rewritten = [f.evidence.origin.line for f in found if f.code == "PFX502"]
    assert rewritten
    assert set(rewritten) <= set(wanted)
