"""The canonical text of a module, `.sglir`: same module, same text.

Constants stand inline, names are chosen here from the values' hints, unused results are `_`, and
a type is written only where it does not follow from the op (`infer.py`). Everything that means
something is printed, so that `print_module(parse_module(text)) == text`; spans are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import fields
from itertools import zip_longest

from ..infer import const_type, has_samples, region_arg_types, result_types
from ..module import Extern, Fragment, Module, Param, Program
from ..ops import (
    Arith,
    Block,
    Builtin,
    Call,
    Collect,
    Compare,
    Echo,
    For,
    Fork,
    Format,
    Gen,
    GetField,
    Host,
    If,
    Image,
    Index,
    Insert,
    MakeList,
    MakeRecord,
    Mark,
    Op,
    Operand,
    Pick,
    Prefetch,
    Release,
    Retain,
    Return,
    Root,
    Select,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    While,
    Yield,
)
from ..sampling import Sampling
from ..structure import regions, results
from ..types import Type
from .names import Names

_UNSAFE = re.compile("[\x7f-\x9f\u061c\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PLAIN_SYMBOL = re.compile(r"[^\W\d]\w*(\.\w+)*\Z")

REGION_WORDS: dict[type[Op], tuple[str, str]] = {
    If: ("", "else"),
    For: ("each", "by"),
    While: ("cond", "do"),
    Fork: ("arm", "arm"),
    Collect: ("each", ""),
    Unordered: ("section", "section"),
}
"""The keywords before the first region of an op and before its other ones."""


def print_module(module: Module) -> str:
    """The text of a module: arguments of the template, externs, fragments, programs, each in order."""
    told = "".join(f"template {word(name)} = {literal(value)}\n" for name, value in module.template)
    externs = told + "".join(print_extern(extern) + "\n" for extern in module.externs)
    bodies = [print_fragment(fragment) + "\n" for fragment in module.fragments]
    bodies += [print_program(program) + "\n" for program in module.programs]
    return "\n".join([externs, *bodies] if externs else bodies)


def print_extern(extern: Extern) -> str:
    """One line for a host function."""
    params = ", ".join(f"{word(name)}: {kind}" for name, kind in extern.params)
    return f"extern {symbol(extern.name)}({params}) -> {extern.result}{_promise(extern)}"


def _promise(declared: Extern | Host) -> str:
    return " pure" * declared.pure + " total" * declared.total


def print_fragment(fragment: Fragment) -> str:
    """A fragment; the first argument is the prompt that it appends to."""
    printer = _Printer(fragment)
    prompt = [printer.prompt_arg(arg) for arg in fragment.body.args[:1]]
    params = ", ".join([*prompt, *map(printer.param, fragment.params)])
    return printer.finish(f"fragment {symbol(fragment.name)}({params}) {{")


def print_program(program: Program) -> str:
    """A program with its parameters, documentation and body."""
    printer = _Printer(program)
    params = ", ".join(map(printer.param, program.params))
    doc = [f"  doc {literal(program.doc)}"] if program.doc else []
    head = f"program {symbol(program.name)}({params}) -> {program.result} {{"
    return printer.finish("\n".join([head, *doc]))


def _mark(mark: Mark) -> str:
    given = f" tools {literal(json.loads(mark.tools))}" if mark.tools else ""
    return f"{mark.start}:{mark.end} {mark.edge} {mark.role}{given}"


def literal(value: object) -> str:
    """A constant as JSON on one line, without characters that hide or break it."""
    text = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def symbol(name: str) -> str:
    """`@name`, quoted where it would not read back."""
    return f"@{name}" if _PLAIN_SYMBOL.match(name) else f"@{literal(name)}"


def word(name: str) -> str:
    """A field's or parameter's name, quoted where it would not read back."""
    return name if name.isidentifier() else literal(name)


def sampling_text(sampling: Sampling) -> list[str]:
    """`name=value` for each parameter that is not the default."""
    values = [(f.name, getattr(sampling, f.name), f.default) for f in fields(sampling)]
    return [f"{name}={literal(value)}" for name, value, default in values if value != default]


class _Printer:
    """Prints one program or fragment; holds the names and lines so far."""

    def __init__(self, owner: Program | Fragment) -> None:
        self._owner = owner
        self._names = Names.of(owner)
        self._lines: list[str] = []

    def finish(self, head: str) -> str:
        self._block(self._owner.body, 1)
        return "\n".join([head, *self._lines, "}"])

    def param(self, param: Param) -> str:
        default = f" = {literal(param.default[0])}" if param.default is not None else ""
        kind = f"{param.value.type} @{param.lifetime}"
        return f"{self._names.define(param.value)}: {kind}{default}"

    def prompt_arg(self, value: Value) -> str:
        return f"{self._names.define(value)}: {value.type}"

    # --- blocks ---------------------------------------------------------------------------------

    def _block(self, block: Block, depth: int) -> None:
        for op in block.ops:
            line = self._results(op) + self._head(op)
            self._lines.append("  " * depth + line)
            self._regions(op, depth)

    def _regions(self, op: Op, depth: int) -> None:
        """The regions, each with its keyword; the first one opens on the op's own line."""
        types = region_arg_types(op)
        indent = "  " * depth
        for number, block in enumerate(regions(op)):
            expected = types[number] if number < len(types) else ()
            args = self._defined(block.args, expected)
            header = [REGION_WORDS[type(op)][min(number, 1)], f"({args})" if args else "", "{"]
            text = " ".join(part for part in header if part)
            if number:
                self._lines.append(f"{indent}}} {text}")
            else:
                self._lines[-1] += f" {text}"
            self._block(block, depth + 1)
        if regions(op):
            self._lines.append(indent + "}")

    def _results(self, op: Op) -> str:
        shown = self._defined(results(op), result_types(op))
        if isinstance(op, Gen) and op.prompt is None and not has_samples(op):
            shown = f"none, {shown}"
        return f"{shown} = " if shown else ""

    def _defined(self, values: tuple[Value, ...], expected: tuple[Type, ...]) -> str:
        """Values where they are defined, each with its type unless that follows."""
        pairs = zip_longest(values, expected[: len(values)])
        return ", ".join(self._definition(value, kind) for value, kind in pairs)

    def _definition(self, value: Value, expected: Type | None) -> str:
        name = self._names.define(value)
        return name if value.type == expected else f"{name}: {value.type}"

    # --- operands -------------------------------------------------------------------------------

    def _operand(self, operand: Operand) -> str:
        if isinstance(operand, Value):
            return self._names.of_value(operand)
        text = literal(operand.value)
        return text if operand.type == const_type(operand.value) else f"({text}: {operand.type})"

    def _operands(self, many: Iterable[Operand]) -> str:
        return ", ".join(map(self._operand, many))

    def _site(self, site: str, indices: tuple[Operand, ...]) -> str:
        at = f" at [{self._operands(indices)}]" if indices else ""
        return f" site {literal(site)}{at}"

    # --- the line of an op ----------------------------------------------------------------------

    def _head(self, op: Op) -> str:
        match op:
            case Root() | Text() | Insert() | Turn() | Echo() | Image() | Use() | Unordered():
                return self._append_head(op)
            case Gen() | Select() | Host() | Call():
                return self._call_head(op)
            case Pick(prompts=prompts, index=index):
                return f"pick {self._operands((prompts, index))}"
            case Prefetch(prompt=prompt, speculative=speculative):
                return f"prefetch {self._operand(prompt)}{' speculative' * speculative}"
            case Retain(prompt=prompt, next_use=next_use, pin=pin):
                return f"retain {self._operand(prompt)} next_use {next_use}{' pin' * pin}"
            case Release(prompt=prompt):
                return f"release {self._operand(prompt)}"
            case If() | For() | While() | Fork() | Yield() | Return():
                return self._control_head(op)
            case _:
                return self._value_head(op)

    def _append_head(self, op: Root | Text | Insert | Turn | Echo | Image | Use | Unordered) -> str:
        if isinstance(op, Root):
            return "root" if op.bos else "root no_bos"
        prompt = self._operand(op.prompt)
        match op:
            case Text(text=text, plain=plain, marks=marks):
                shown = ", ".join(map(_mark, marks))
                marked = f" marks [{shown}]" if marks else ""
                return f"text {prompt}, {literal(text)}{' plain' * plain}{marked}"
            case Insert(value=value):
                return f"insert {prompt}, {self._operand(value)}"
            case Turn(role=role, edge=edge, tools=tools):
                given = f" tools {self._operand(tools)}" if tools is not None else ""
                return f"turn {prompt}, {edge} {role}{given}"
            case Echo(before=before, after=after, left=left, right=right):
                trims = f"{' left' * left}{' right' * right}"
                said = self._operands((op.prompt, before, after))
                return f"echo {said}{' trim' * bool(trims)}{trims}{' apart' * op.apart}"
            case Image(image=image):
                return f"image {prompt}, {self._operand(image)}"
            case Use(fragment=fragment, args=args, site=site, indices=indices):
                called = f"{symbol(fragment)}({self._operands(args)})"
                return f"use {prompt}, {called}{self._site(site, indices)}"
            case Unordered(batch=batch):
                return f"unordered {prompt}" + ("" if batch is None else f" batch {batch}")

    def _call_head(self, op: Gen | Select | Host | Call) -> str:
        match op:
            case Gen():
                return f"gen {self._gen_head(op)}"
            case Select(source=source, choices=choices, method=method):
                plain = method == "token_length_normalized"
                how = "" if plain else f" method {method}"
                tail = f"{how}{self._site(op.site, op.indices)}{self._tail(op)}"
                return f"select {self._operands((source, choices))}{tail}"
            case Host(extern=extern, args=args):
                return f"host {symbol(extern)}({self._operands(args)}){_promise(op)}"
            case Call(program=program, args=args, site=site, indices=indices):
                called = f"{symbol(program)}({self._operands(args)})"
                return f"call {called}{self._site(site, indices)}"

    def _gen_head(self, op: Gen) -> str:
        sampling = ", ".join(sampling_text(op.sampling))
        dynamic = ", ".join(f"{name}={self._operand(value)}" for name, value in op.dynamic)
        parts = [self._operand(op.source)]
        parts += [f" ({sampling})"] if sampling else []
        parts += [f" dynamic ({dynamic})"] if dynamic else []
        if op.constraint is not None:
            style = "" if op.constraint.style == "canonical" else f" {op.constraint.style}"
            parts.append(f" as {op.constraint.kind} {literal(op.constraint.text)}{style}")
        return "".join([*parts, self._site(op.site, op.indices), self._tail(op)])

    def _tail(self, op: Gen | Select) -> str:
        name = f" name {literal(op.name)}" if op.name else ""
        return f"{name}{' speculative' * op.speculative}"

    def _control_head(self, op: If | For | While | Fork | Yield | Return) -> str:
        match op:
            case If(cond=cond):
                return f"if {self._operand(cond)}"
            case For(items=items, inits=inits):
                return f"for {self._operand(items)} from ({self._operands(inits)})"
            case While(inits=inits, limit=limit):
                return f"while from ({self._operands(inits)}) max {self._operand(limit)}"
            case Fork(items=items):
                return "fork" if items is None else f"fork {self._operand(items)}"
            case Yield(values=values):
                return f"yield {self._operands(values)}".rstrip()
            case Return(value=value):
                return f"return {self._operand(value)}"

    def _value_head(
        self,
        op: Format | MakeList | MakeRecord | GetField | Index | Compare | Arith | Builtin | Collect,
    ) -> str:
        match op:
            case Format(parts=parts):
                return f"format({self._operands(parts)})"
            case MakeList(items=items):
                return f"list({self._operands(items)})"
            case MakeRecord(names=names, values=values):
                pairs = zip(names, values, strict=False)
                shown = ", ".join(f"{word(name)}={self._operand(v)}" for name, v in pairs)
                return f"record({shown})"
            case GetField(record=record, name=name):
                return f"field {self._operand(record)}, {word(name)}"
            case Index(items=items, index=index):
                return f"index {self._operands((items, index))}"
            case Compare(op=kind, left=left, right=right):
                return f"{kind} {self._operands((left, right))}"
            case Arith(op=kind, args=args):
                return f"{kind} {self._operands(args)}"
            case Builtin(name=name, args=args):
                return f"builtin {name}({self._operands(args)})"
            case Collect(items=items):
                return f"collect {self._operand(items)}"
