"""Tools of a chat: what the model is told of them, what it must write to call one, and calls read out of its text.

A call that is asked for (`required`, or by name) is constrained output: it can't be anything else. One that the model
may make is read out of its text, in the words of its family as its template shows them, or as an answer that is one
JSON object with a tool's name and arguments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ....ir.sampling import Constraint
from ....ir.target import ChatTemplate
from ....ir.target.call_reading import read_calls
from ....ir.target.calls import CHATML, Calls
from ..limits import Limits
from ..refusal import wrong
from ..schemas import schema_constraint

MOST_TOOLS = 128
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")

INTRODUCTION = (
    "You can call functions. To call one, answer with nothing but this, once for each call:\n"
    '<tool_call>\n{"name": the name of the function, "arguments": its arguments as JSON}\n</tool_call>\n'
    "The functions, as JSON schemas:\n"
)
"""What a model is told whose chat template knows no tools; it becomes part of the system message."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool; `arguments` as JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of a request. `forced`: the names of which one must be called; `named`: there is only that one.

    `words`: how the model writes calls.
    """

    tools: tuple[dict[str, Any], ...] = ()
    forced: tuple[str, ...] = ()
    named: str = ""
    parallel: bool = True
    words: Calls = CHATML

    @property
    def names(self) -> frozenset[str]:
        """The names of all tools."""
        return frozenset(each["function"]["name"] for each in self.tools)

    @property
    def may_call(self) -> bool:
        """Whether the model's text is to be looked through for calls."""
        return bool(self.tools) and not self.forced

    def constraint(self, limits: Limits) -> Constraint | None:
        """What the answer must be where a call is asked for: the arguments of the one tool, or name and arguments."""
        if not self.forced:
            return None
        if self.named:
            return schema_constraint(_parameters(self._tool(self.named)), limits, "tools")
        one_of = [
            _call_schema(self._tool(name), f"#/anyOf/{n}") for n, name in enumerate(self.forced)
        ]
        return schema_constraint({"anyOf": one_of}, limits, "tools")

    def calls(self, text: str) -> tuple[str, list[Call]]:
        """The calls in a finished answer, and the text beside them."""
        if self.named:
            return "", [Call(self.named, text)]
        if self.forced:
            return "", [call] if (call := self._call(text)) else []
        schemas = {each["function"]["name"]: _parameters(each) for each in self.tools}
        said, read = read_calls(text, self.words, schemas)
        found = [Call(name, json.dumps(given, ensure_ascii=False)) for name, given in read]
        if found:
            return said, found if self.parallel else found[:1]
        whole = self._call(text.strip())
        return ("", [whole]) if whole else (text, [])

    def _call(self, text: str) -> Call | None:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, dict) or found.get("name") not in self.names:
            return None
        arguments = found.get("arguments", found.get("parameters", {}))
        return Call(
            found["name"],
            arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False),
        )

    def _tool(self, name: str) -> dict[str, Any]:
        return next(each for each in self.tools if each["function"]["name"] == name)


def read_tools(given: Sequence[Any] | None, choice: Any, parallel: bool | None) -> Tools:
    """The tools of a request and what is to be done with them. Raises Refusal."""
    tools = tuple(_tool(each) for each in given or ())
    if len(tools) > MOST_TOOLS:
        raise wrong("tools", f"{len(tools)} tools are more than {MOST_TOOLS}")
    found = Tools(tools, parallel=parallel is not False)
    if len(found.names) < len(tools):
        raise wrong("tools", "two tools have one name")
    return _chosen(found, choice)


def _chosen(found: Tools, choice: Any) -> Tools:
    names = tuple(each["function"]["name"] for each in found.tools)
    match choice:
        case None | "auto":
            return found
        case "none":
            return Tools()
        case "required" if len(names) == 1:
            return Tools(found.tools, names, names[0])
        case "required" if names:
            return Tools(found.tools, names)
        case {"type": "function", "function": {"name": str(name)}} | {
            "type": "function",
            "name": str(name),
        }:
            if name not in names:
                raise wrong("tool_choice", f"there is no tool `{name:.60}`")
            return Tools(found.tools, (name,), name)
        case _:
            raise wrong(
                "tool_choice", "it is `none`, `auto`, `required` or one of the `tools` by name"
            )


def words_of(template: ChatTemplate | None) -> Calls:
    """How a model writes calls: as its template shows them; else as it is told to, which is Hermes' way."""
    is_known = template is not None and _knows_tools(template) and template.calls.is_known
    return template.calls if template is not None and is_known else CHATML


def _knows_tools(template: ChatTemplate) -> bool:
    return bool(template.with_tools) or "tools" in template.source


def for_template(
    tools: Tools, template: ChatTemplate | None, messages: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]] | None, list[dict[str, Any]]]:
    """Tools and messages as a template takes them. One that knows no tools is told of them in the system message."""
    if not tools.tools or template is None:
        return None, messages
    if _knows_tools(template):
        return list(tools.tools), messages
    told = INTRODUCTION + "\n".join(json.dumps(each, ensure_ascii=False) for each in tools.tools)
    if messages[0]["role"] == "system":
        first = {**messages[0], "content": f"{messages[0]['content']}\n\n{told}"}
        return None, [first, *messages[1:]]
    return None, [{"role": "system", "content": told}, *messages]


def _tool(given: Any) -> dict[str, Any]:
    """A tool as chat completions have it; the Responses API has the function's fields beside the type."""
    if not isinstance(given, Mapping) or given.get("type") != "function":
        raise wrong("tools", "a tool is of type `function`")
    function = given.get("function", given)
    if (
        not isinstance(function, Mapping)
        or not isinstance(name := function.get("name"), str)
        or not _NAME.fullmatch(name)
    ):
        raise wrong("tools", "a function has a `name` of letters, digits, `_`, `.` and `-`")
    fields = {
        key: function[key]
        for key in ("name", "description", "parameters")
        if function.get(key) is not None
    }
    return {"type": "function", "function": fields}


def _parameters(tool: Mapping[str, Any]) -> Any:
    return tool["function"].get("parameters") or {
        "type": "object",
        "properties": {},
        "additionalProperties": False,
    }


def _call_schema(tool: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The schema of a call, to stand at `where` in a larger one."""
    arguments = _moved(_parameters(tool), f"{where}/properties/arguments")
    return {
        "type": "object",
        "properties": {"name": {"const": tool["function"]["name"]}, "arguments": arguments},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def _moved(schema: Any, where: str) -> Any:
    """A schema whose references are still right when it stands at `where`."""
    if isinstance(schema, list):
        return [_moved(each, where) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    found = {name: _moved(value, where) for name, value in schema.items()}
    if isinstance(reference := found.get("$ref"), str) and reference.startswith("#"):
        found["$ref"] = where + reference[1:]
    return found
