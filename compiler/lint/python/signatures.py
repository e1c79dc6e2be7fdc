"""Signatures of DSPy: fields are written in the order of the signature, whatever the order of a call's arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from ..finding import Cause, Evidence
from ..layout import REQUEST, inversions
from .calling import Calling
from .places import place_of
from .requests import Given, request_of
from .standing import as_written
from .taints import NONE, Hole, Lit, Part, Taint
from .texts import literal, parts_of, text
from .values import ClassInfo, ClassV, Const, DictV, Item, ListV, Opaque, Value
from .walking import last_name

PREDICTORS = frozenset({"Predict", "ChainOfThought", "ProgramOfThought", "ReAct"})
"""Classes whose instances are called with the fields of a signature."""

_METHODS = frozenset({"acall", "forward", "aforward"})

_IS_TEXT = re.compile(r"(str|list|dict|typing\.|List|Dict|dspy\.|Any\b|Optional\[str)")
_FEW = re.compile(
    r"(^|_)(lang|language|locale|style|tone|mode|kind|region|country|tenant|office|audience|format|version|persona"
    r"|role|unit|units|currency)(_|$)"
)
"""Fields that are one of a few words: many calls have the same."""

_NOTE = "fields are written in the order in which the signature declares them"


def signature_of(call: Calling) -> Value | None:
    """The signature that a predictor is made of: a class, or a text with an arrow; None for any other call."""
    package, _, last = call.name.rpartition(".")
    if last not in PREDICTORS or package.partition(".")[0] != "dspy":
        return None
    given = call.kwargs.get("signature", call.first)
    return given if isinstance(given, ClassV) or "->" in (literal(given) or "") else None


def judge_fields(call: Calling, callee: Value) -> Iterator[Evidence]:
    """Evidence where a field that varies stands in front of a long constant one, in one call of a predictor."""
    signature = _called(call, callee)
    if signature is None:
        return
    fields = {name: kind for name, kind in _inputs(signature).items() if name in call.kwargs}
    if call.rest is not None or len(fields) < 2:
        return
    asked = text([part for name, kind in fields.items() for part in _written(call, name, kind)])
    head = DictV({"role": Const("system"), "content": Const("the fields, and what to do")})
    body = DictV({"role": Const("user"), "content": asked})
    given = Given(messages=ListV("list", [Item(head), Item(body)]))
    request = request_of(call.run, given, call.here, call.frame.name or "module")
    for found in inversions(request):
        yield replace(found, notes=(*found.notes, _NOTE))


def _called(call: Calling, callee: Value) -> Value | None:
    """The signature of the predictor that is called, by itself or by a method of it."""
    func = call.node.func
    if isinstance(func, ast.Attribute) and func.attr in _METHODS:
        callee = call.run.evaluate(call.run, call.frame, func.value)
    return callee.signature if isinstance(callee, Opaque) else None


def _inputs(signature: Value) -> dict[str, str]:
    """The input fields in order: the type of each, as it is written."""
    said = literal(signature)
    if said is None:
        return _declared(signature.info) if isinstance(signature, ClassV) else {}
    fields = re.sub(r"\[[^\]]*\]", "", said.partition("->")[0]).split(",")
    pairs = (field.partition(":") for field in fields)
    return {name.strip(): kind.strip() or "str" for name, _, kind in pairs}


def _declared(info: ClassInfo) -> dict[str, str]:
    """The input fields of a class, those of its bases first; a history is replayed in front of all of them."""
    line = info.line()
    if not any(base.rpartition(".")[2] == "Signature" for each in line for base in each.external):
        return {}
    named = {
        name: ast.unparse(each.annotations[name]) if name in each.annotations else "str"
        for each in reversed(line)
        for name, made in each.defaults.items()
        if isinstance(made, ast.Call) and last_name(made.func) == "InputField"
    }
    return {name: kind for name, kind in named.items() if "History" not in kind}


def _written(call: Calling, name: str, kind: str) -> Iterator[Part]:
    """One field as it is written: what a function is given with each call varies, if it isn't one of a few words."""
    node = next((k.value for k in call.node.keywords if k.arg == name), call.node)
    place = place_of(call.frame.module, node, f"{call.frame.name}:{name}")
    taint = Taint(Cause.VARYING, REQUEST, place, f"`{name}`, a field that each call fills anew,")
    varies = frozenset({taint}) if _IS_TEXT.match(kind) and not _FEW.search(name) else NONE
    yield Lit(f"[[ ## {name} ## ]]\n")
    for part in parts_of(as_written(call.run, call.kwargs[name], place), place):
        if not isinstance(part, Hole) or part.is_fixed:
            yield part
            continue
        is_given = re.split(r"[.\[(]", part.label)[0] in call.frame.params - {call.frame.me}
        yield Hole(part.taints or (varies if is_given else NONE), "", part.is_element)
    yield Lit("\n\n")
