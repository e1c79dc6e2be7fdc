"""Agents of frameworks: their instructions, those that a function adds, and what a call puts on top."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from ..finding import Place
from ..layout import SESSION
from .calling import Calling
from .copies import frozen
from .frames import Frame
from .machine import Run
from .memories import handed_over, window_in
from .method_values import method_of
from .overriding import HOOKS
from .places import bound_method, dotted, place_of
from .requests import Given
from .texts import literal
from .values import AgentV, Const, DictV, FnV, ListV, Obj, Opaque, PartialV, PromptV, Value

AGENTS = (
    "Agent",
    "create_react_agent",
    "create_agent",
    "create_tool_calling_agent",
    "ReActAgent",
    "FunctionAgent",
    "ChatAgent",
    "ToolCallingAgent",
    "AssistantAgent",
    "LlmAgent",
    "CodeAgent",
)


_SYSTEM = (
    "instructions",
    "system_prompt",
    "prompt",
    "system_message",
    "system_instruction",
    "system_instructions",
    "developer_message",
    "instruction",
    "system",
    "state_modifier",
    "messages_modifier",
    "backstory",
)


HEADS = frozenset(
    "system_prompt system_message system_instruction system_instructions instructions developer_message "
    "preamble".split()
)
"""Keywords under which anything that talks to a model takes the text that stands first."""


_BESIDE = frozenset(
    "model llm tools functions deps_type output_type result_type handoffs input messages prompt".split()
)
"""What tells an agent's or a call's `instructions` from those on a label."""


def is_led(args: Sequence[Value], kwargs: Mapping[str, Value]) -> bool:
    """Whether a call is given the text that stands first in every prompt of what it makes or asks."""
    if kwargs.keys().isdisjoint(HEADS):
        return False
    is_agent = bool(kwargs.keys() & _BESIDE) or any("->" in (literal(a) or "") for a in args[:1])
    names = kwargs.keys() & (HEADS if is_agent else HEADS - {"instructions"})
    given = (kwargs[name] for name in names)
    return any(not (isinstance(value, Const) and not value.value) for value in given)


def agent_of(call: Calling) -> AgentV | None:
    """An agent that is made, and the request that it sends."""
    names = [n for n in _SYSTEM if n in call.kwargs]
    if (
        not names
        and not call.kwargs.keys() & {"tools", "model", "deps_type", "llm"}
        and not call.args
    ):
        return None
    handed_over(call)
    _follow_hooks(call)
    model = call.kwargs.get("model", call.args[0] if call.args else Const(""))
    made = AgentV(tools=call.kwargs.get("tools"), model=literal(model) or "")
    for name in names:
        value = _said(call, call.kwargs[name])
        if isinstance(value, PromptV):
            value = Opaque(label="prompt")
        if isinstance(value, ListV) and any(isinstance(i.value, FnV) for i in value.items):
            made.system += [_said(call, item.value) for item in value.items]
            continue
        made.system.append(value)
    send_agent(call.run, made, call.here, call.frame.name or "agent")
    return made


def _follow_hooks(call: Calling) -> None:
    """Objects that are given to an agent may have methods which stand around each of its requests."""
    given = call.kwargs.get("middleware")
    for item in given.items if isinstance(given, ListV) else ():
        classes = item.value.cls.line() if isinstance(item.value, Obj) else []
        for info, name in ((c, n) for c in classes for n in sorted(HOOKS & c.methods.keys())):
            call.run.calls.function(
                call.run, bound_method(method_of(info, name), item.value), [], {}
            )


def _said(call: Calling, value: Value) -> Value:
    """Instructions: a text, or what a function gives at each run."""
    if isinstance(value, FnV | PartialV):
        return call.applied(value, [])
    return value


def send_agent(run: Run, agent: AgentV, place: Place, name: str) -> None:
    """Note the request that an agent makes: its instructions, then the history."""
    system = ListV("list")
    for each in agent.system:
        system.add(DictV({"type": Const("text"), "text": each}))
    messages = Opaque(label="history")
    run.send(run, Given(agent.tools, system, messages, agent.model), place, name)


def call_agent(call: Calling, agent: AgentV) -> Value:
    """`run` and the like: instructions of one call come on top of the agent's."""
    extra = call.kwargs.get("instructions")
    if extra is not None:
        tools = call.kwargs.get("toolsets", agent.tools)
        made = AgentV([*agent.system, extra], tools, agent.model)
        send_agent(call.run, made, call.here, call.frame.name or "agent")
    handed_over(call)
    return Opaque(label="reply", is_reply=True)


_MIDDLEWARE = frozenset({"dynamic_prompt", "before_model"}) | HOOKS
"""Decorators of functions that run before each request of an agent."""


def _middleware(run: Run, frame: Frame, fn: FnV, decorator: ast.expr) -> bool:
    """`@dynamic_prompt`: the function's text is the head of each request; `@before_model`: it may cut the history."""
    place = place_of(frame.module, decorator)
    value = run.calls.function(run, fn, [], {})
    if dotted(decorator).rpartition(".")[2] == "dynamic_prompt":
        send_agent(run, AgentV([value]), place, fn.name)
        return True
    cut = window_in(value)
    if cut:
        messages = ListV("list", shape=cut)
        messages.add(Opaque(label="history", parent=messages, index="all"), many=True)
        run.send(run, Given(messages=messages), place, fn.name)
    return True


_DECORATORS = ("instructions", "system_prompt", "instruction")


def decorated(run: Run, frame: Frame, fn: FnV, decorator: ast.expr) -> bool:
    """`@agent.instructions` and `@agent.system_prompt`: the function's text joins the head of each request."""
    call = decorator if isinstance(decorator, ast.Call) else None
    node = call.func if call else decorator
    if dotted(node).rpartition(".")[2] in _MIDDLEWARE:
        return _middleware(run, frame, fn, decorator)
    if not isinstance(node, ast.Attribute) or node.attr not in _DECORATORS:
        return False
    agent = run.evaluate(run, frame, node.value)
    if not isinstance(agent, AgentV | Opaque):
        return False
    value = run.calls.function(run, fn, [], {})
    is_dynamic = node.attr != "system_prompt" or any(
        k.arg == "dynamic" for k in (call.keywords if call else ())
    )
    held = value if is_dynamic else frozen(value, SESSION)
    if not isinstance(agent, AgentV):
        agent = AgentV()
    agent.system.append(held)
    send_agent(run, agent, place_of(frame.module, decorator), fn.name)
    return True
