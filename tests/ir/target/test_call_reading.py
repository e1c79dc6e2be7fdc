"""Calls that a model wrote freely are read as those that a constraint led it through are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from published_templates import templates
from real_templates import target_of

from sglc.ir.constrained.calls import ToolSet, tool_schema
from sglc.ir.target import ChatTemplate
from sglc.ir.target.call_format import CallFormat
from sglc.ir.target.call_reading import read_calls
from sglc.ir.target.calls import CHATML, Calls
from sglc.ir.types import RecordType, parse_type

OWN = Path(__file__).parent / "templates"
KINDS: dict[str, Any] = {
    "search": parse_type("{query: str, most: int}"),
    "convert": parse_type('{amount: float, unit: "miles" | "feet", exact: bool}'),
    "now": RecordType(()),
}
PARAMETERS = {n: tool_schema(n, kind, "")["function"]["parameters"] for n, kind in KINDS.items()}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search", {"query": "the Eiger, 3967 m", "most": 3}),
    ("convert", {"amount": 2.5, "unit": "feet", "exact": True}),
    ("convert", {"amount": -1.0, "unit": "miles", "exact": False}),
    ("now", {}),
]


def own(name: str) -> Calls:
    return ChatTemplate((OWN / f"{name}.jinja").read_text("utf-8")).calls


def written(calls: Calls, name: str, arguments: dict[str, Any]) -> str:
    """A call as a constraint would have it written, from the marker that the model begins it with to the last brace."""
    body = ToolSet(tuple(KINDS.items()), calls.format).write({"name": name, name: arguments})
    lead = calls.begins[calls.begins.find(calls.marker) :]
    return lead + body + "}" * lead.count("{")


def assert_read(calls: Calls) -> None:
    for name, arguments in CALLS:
        text = written(calls, name, arguments)
        said, found = read_calls(f"Let me see.\n{text}", calls, PARAMETERS)
        assert said == "Let me see.", text
        assert [(each.name, dict(each.arguments)) for each in found] == [(name, arguments)], text


@pytest.mark.parametrize(
    "name",
    [
        "calls_as_json", "calls_as_tags", "calls_as_python", "calls_with_kinds", "calls_with_named_ends",
        "calls_over_lines",
    ],
)  # fmt: skip
def test_what_is_written_is_read(name: str) -> None:
    assert_read(own(name))


def test_plain_chatml_is_read_as_hermes_writes() -> None:
    assert_read(CHATML)
    text = '<tool_call>{"arguments":{"query":"x"},"name":"search"}</tool_call>\n<tool_call>\n{"name": "now"}\n'
    said, found = read_calls(text, CHATML, PARAMETERS)
    assert said == ""
    assert found == [("search", {"query": "x"}), ("now", {})]


@pytest.mark.parametrize(
    "text",
    [
        "No call at all.",
        "<tool_call>",
        "<tool_call>\n{'name': 'search'}",
        '<tool_call>\n{"name": "delete", "arguments": {}}',
        '<tool_call>\n{"name": "search", "arguments": "much"}',
    ],
)
def test_what_is_no_call_stays_text(text: str) -> None:
    assert read_calls(text, CHATML, PARAMETERS) == (text, [])


def test_a_call_that_leaves_arguments_out_is_read_as_far_as_it_goes() -> None:
    calls = own("calls_as_tags")
    text = "<call>\n<function=convert>\n<parameter=unit>\nfeet\n</parameter>\n</function>\n</call>"
    assert read_calls(text, calls, PARAMETERS) == ("", [("convert", {"unit": "feet"})])


def test_a_family_that_counts_the_calls_of_a_turn_is_read_whatever_their_numbers() -> None:
    counted = Calls("", "<calls>functions.", "", "<calls>", CallFormat(":0<arguments>"))
    text = '<calls>functions.search:3<arguments>{"query": "x", "most": 1}'
    assert read_calls(text, counted, PARAMETERS) == (
        "",
        [("search", {"query": "x", "most": 1})],
    )
    tags = CallFormat('" n="1">', True, '<a k="', '">', '">', "</a>")
    text = '<calls><call name="search" n="2"><a k="query">x</a></call>'
    counted = Calls("", '<calls><call name="', "", "<calls>", tags)
    assert read_calls(text, counted, PARAMETERS) == ("", [("search", {"query": "x"})])


@pytest.mark.slow
def test_all_published_templates_that_write_calls_are_read() -> None:
    if not templates():
        pytest.skip("needs published templates: `make test-data`")
    known = 0
    for name, source in sorted(templates().items()):
        template = target_of(name, source).template
        if template is not None and template.calls.is_known:
            assert_read(template.calls)
            known += 1
    assert known >= 70
