"""Frameworks that build prompts from parts: templates of messages, agents with instructions, our own front end."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..finding import Cause
from .agents import AGENTS, agent_of, is_led
from .calling import Calling
from .copies import apart
from .holding import taints_in
from .message_templates import message_of, prompt_of, with_variables
from .requests import Given
from .signatures import PREDICTORS
from .taints import Hole, Lit
from .texts import parts_of, text
from .values import Choice, Const, DictV, Item, ListV, Opaque, Text, Value
from .walking import walk

_ROLES = {
    "SystemMessage": "system",
    "SystemMessagePromptTemplate": "system",
    "HumanMessage": "user",
    "HumanMessagePromptTemplate": "user",
    "AIMessage": "assistant",
    "ToolMessage": "tool",
    "ChatMessage": "user",
    "Message": "user",
    "SystemPrompt": "system",
    "UserMessage": "user",
    "AssistantMessage": "assistant",
    "DeveloperMessage": "system",
}
_MAKERS = {"from_system": "system", "from_user": "user", "from_assistant": "assistant"}
_PROMPTS = (
    "ChatPromptTemplate.from_messages",
    "ChatPromptTemplate",
    "ChatPromptTemplate.from_template",
    "PromptTemplate.from_template",
    "PromptTemplate",
)
OURS = ("system", "user", "assistant", "tool", "developer")
FRAMEWORK_WORDS = frozenset(
    {
        *AGENTS,
        *PREDICTORS,
        *(name.rpartition(".")[2] for name in _PROMPTS),
        "with_instructions",
        "FewShotPromptTemplate",
        "Signature",
        "partial",
        "gen",
        "select",
    }
    | {"instructions", "system_prompt", "instruction", "assistants", "prompty"}
)
"""Names of frameworks that build prompts of their own, or send them."""


PREDICTORS = frozenset(
    f"{name}()"
    for name in "Predict TypedPredictor ChainOfThought TypedChainOfThought ProgramOfThought ReAct CodeAct".split()
)
"""DSPy's modules that ask a model, as they are named once they are made."""


_FRONT_ENDS = ("sglc.", "sglang.")
_LOWER = frozenset(
    {
        *_MAKERS,
        *AGENTS,
        "from_template",
        "from_messages",
        "system",
        "with_instructions",
        "create_model",
    }
)
"""Names in lower case that make something of a framework; all others are classes."""


def construct(call: Calling) -> Value | None:
    """A message, a template or an agent; None for anything else."""
    last = call.name.rpartition(".")[2]
    if call.name.startswith(_FRONT_ENDS) and (ours := _of_front_end(call, last)) is not None:
        return ours
    if not last[:1].isupper() and last not in _LOWER:
        return None
    return _message(call, last) or _prompt(call, last) or _agent(call, last)


def _of_front_end(call: Calling, last: str) -> Value | None:
    """A message, a mark or a generation of our own front end."""
    if last in OURS:
        return message_of(last, call.args, call.kwargs)
    if last.endswith(("_begin", "_end")):
        return Const("")
    return Opaque(label="<gen>", is_reply=True) if last in ("gen", "select", "image") else None


def _message(call: Calling, last: str) -> Value | None:
    """A message, or settings that are a table of what they are given."""
    owner = call.name.rpartition(".")[0].rpartition(".")[2]
    if last in _ROLES and (call.args or call.kwargs):
        return message_of(_ROLES[last], call.args, call.kwargs)
    if last == "from_template" and owner in _ROLES:
        return with_variables(call, message_of(_ROLES[owner], call.args, call.kwargs))
    if last in _MAKERS and owner.endswith("Message"):
        return message_of(_MAKERS[last], call.args, call.kwargs)
    is_settings = last.endswith(("Config", "Params", "Options", "Settings")) and call.kwargs
    is_message = "content" in call.kwargs and not call.args
    if last[:1].isupper() and (is_settings or is_message):
        return DictV({**call.kwargs})
    if call.name.endswith("chat.system") and len(call.args) == 1:
        return message_of("system", call.args, call.kwargs)
    return None


def _prompt(call: Calling, last: str) -> Value | None:
    """A template of messages, or the place of a history in one."""
    if last == "MessagesPlaceholder":
        return Opaque(label="history", parent=Opaque(label="history"), index="all")
    is_known = any(call.name == p or call.name.endswith(f".{p}") for p in _PROMPTS)
    is_given = bool(call.args) or "messages" in call.kwargs or "template" in call.kwargs
    is_made = last[:1].isupper() and isinstance(call.kwargs.get("template"), ListV)
    if (is_known and is_given) or is_made:
        return prompt_of(call)
    if last == "create_model" and (call.rest is not None or call.kwargs):
        return _form(call)
    if last in _ENUMS and len(call.args) == 2 and not isinstance(call.args[1], Const):
        return DictV({"enum": call.args[1]})
    if last == "FewShotPromptTemplate" and "example_selector" in call.kwargs:
        return prompt_of(replace(call, args=[_chosen_examples(call)]))
    return None


def _agent(call: Calling, last: str) -> Value | None:
    """An agent, or a signature with instructions."""
    is_led_class = last[:1].isupper() and is_led(call.args, call.kwargs) and "." in call.name
    if last in AGENTS or is_led_class:
        return agent_of(call)
    said = call.kwargs.get("instructions", call.args[1] if len(call.args) > 1 else None)
    if last == "Signature" and said is not None:
        _send_text(call, said)
        return Opaque(label="signature")
    if last == "with_instructions" and call.args:
        _send_text(call, apart(call.args[0], _gone_through(call)))
        return Opaque(label="signature")
    return None


def _chosen_examples(call: Calling) -> Value:
    """A template with examples that are chosen by what is asked, between what stands before and behind them."""
    what = "a choice of examples by what is asked"
    chosen = Hole(frozenset({call.taint(Cause.RETRIEVED, what)}))
    ends = (call.kwargs.get(name, Const("")) for name in ("prefix", "suffix"))
    before, behind = (parts_of(end, call.here) for end in ends)
    return text([*before, Lit("\n"), chosen, Lit("\n"), *behind])


_ENUMS = frozenset({"Enum", "StrEnum"})
"""Classes that make an enumeration of the members they are given."""


def _form(call: Calling) -> Value:
    """A class that is made of fields: those of a table are its members, those that are written are always there."""
    written = DictV({key: held for key, held in call.kwargs.items() if not key.startswith("__")})
    return DictV({"written": written, **({"fields": call.rest} if call.rest is not None else {})})


# --- agents -----------------------------------------------------------------------------------------


def _gone_through(call: Calling) -> frozenset[int]:
    """The loops that go through what is given instructions: each thing keeps those of its own round."""
    names = {each.id for each in walk(call.node.func) if isinstance(each, ast.Name)}
    held = (call.frame.env[name] for name in names & call.frame.env.keys())
    return frozenset(t.needs for value in held for t in taints_in(value, 2)) - {0}


def _send_text(call: Calling, value: Value) -> None:
    """Instructions of a signature: demonstrations and fields follow them."""
    system = DictV({"role": Const("system"), "content": value})
    demos = DictV({"role": Const("user"), "content": Const("fields and demonstrations " * 12)})
    messages = ListV("list", [Item(system), Item(demos), Item(Opaque(label="inputs"))])
    call.run.send(call.run, Given(messages=messages), call.here, call.frame.name or "signature")


def holds_generation(value: Value) -> bool:
    """Whether something that is appended to a state of our front end asks the model."""
    match value:
        case Opaque(label="<gen>"):
            return True
        case DictV(fields=fields):
            return any(holds_generation(v) for v in fields.values())
        case ListV(items=items):
            return any(holds_generation(i.value) for i in items)
        case Choice(options=options):
            return any(holds_generation(o) for o in options)
        case Text(parts=parts):
            return any(isinstance(p, Hole) and p.label == "<gen>" for p in parts)
        case _:
            return False
