"""Tracing a chat template: the marks change no text that is read, and name the line that wrote it."""

from sglc.compiler.lint.templates.traced import around, traced, untraced
from sglc.ir.target.child import Case, TemplateChild

SOURCE = """{%- for m in messages %}
    {%- if m.role == 'user' and loop.last %}
        {{- '[last] ' }}
    {%- endif %}
    {{- m.content | trim }};
{%- endfor %}
"""
MESSAGES = [{"role": "user", "content": " one "}, {"role": "user", "content": "two"}]


def test_the_text_is_the_same_and_each_line_is_known() -> None:
    with TemplateChild() as child:
        case = Case({"messages": MESSAGES})
        (plain,) = child.render(SOURCE, [case])
        (marked,) = child.render(traced(SOURCE), [case])
    assert plain.text == "one;[last] two;"
    found = untraced(marked.text or "")
    assert found.text == plain.text
    assert [found.line_at(plain.text.index(word)) for word in ("one", "[last]", "two")] == [5, 3, 5]


def test_what_is_open_around_a_line() -> None:
    assert around(SOURCE, 3).condition == 2
    assert around(SOURCE, 3).depth > around(SOURCE, 5).depth
    assert around(SOURCE, 5).condition == 0


def test_strings_with_braces_are_no_tags() -> None:
    source = "{{- '}} {% if %}' }}{# {{ no }} #}{% raw %}{{ x }}{% endraw %}"
    with TemplateChild() as child:
        (plain,) = child.render(source, [Case({})])
        (marked,) = child.render(traced(source), [Case({})])
    assert untraced(marked.text or "").text == plain.text == "}} {% if %}{{ x }}"
