"""The reference meaning of the IR: a direct interpreter over the hash model.

Every optimization is judged against it: a program must give the same result and the same
transcript after any passes. It runs in order and caches nothing. The arms of a fork run one after the
other, and all of them even if one fails: they start together, so what each asks may have been sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeGuard, cast

from ..constrained.calls import said_of
from ..constrained.shape import checked
from ..hashmodel import ConstraintError, Generated, HashModel
from ..module import Module, Program
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
    Op,
    Operand,
    Pick,
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
from ..sampling import Constraint, Sampling, call_seed
from ..span import Span
from ..target import Part, Target
from ..target.calls import CALL_ENDED, NEXT_CALL
from ..values.limits import Json
from ..values.operations import (
    EvalError,
    arith,
    call_builtin,
    compare,
    field_of,
    format_text,
    item_of,
    text_form,
    to_json,
    truth,
)
from .asking import choose, parameters, value_of
from .conversation import Prompt
from .outcome import Beside, Done, HostCall, Outcome, RowFailed, SourceCall

Hosts = Mapping[str, Callable[..., object]]
Orders = Mapping[int, Sequence[int]]


class Model(Protocol):
    """What answers calls: the hash model, or a real one for the tests of a program."""

    def generate(
        self, ids: Sequence[int], sampling: Sampling, seed: int, constraint: Constraint | None
    ) -> Generated:
        """Continue `ids`. Raises ConstraintError."""
        ...

    def score(self, ids: Sequence[int], choice: Sequence[int]) -> tuple[float, ...]:
        """The log probability of each token of a choice that follows `ids`."""
        ...


class Mocks(Protocol):
    """What a test says in place of the model, and of images."""

    def answer(self, program: str, name: str) -> tuple[Json] | None:
        """The answer of the next call that `program` binds to `name`; None: ask the model."""
        ...

    def image(self, image: Json) -> str:
        """The text that stands for an image. Raises EvalError."""
        ...


def run(
    module: Module,
    program: str,
    args: Mapping[str, Json],
    *,
    target: Target,
    hosts: Hosts | None = None,
    run_seed: int = 0,
    row: int = 0,
    model: Model | None = None,
    mocks: Mocks | None = None,
    orders: Orders | None = None,
    renders_whole: bool = False,
) -> Outcome:
    """Run one program of a verified module. Raises RowFailed.

    `renders_whole`: turns are left because the build found that some can't be text, so all calls render theirs.

    `orders`: what a batch job fixed for this row: for the number of an `unordered` of `program`
    the order of its sections. Programs that it calls have theirs as they stand.
    """
    asked = model if model is not None else HashModel(target.tokenizer)
    machine = _Machine(
        module, target, hosts or {}, run_seed, row, asked, mocks, orders or {}, renders_whole
    )
    entry = module.program(program)
    given = [args[p.name] if p.name in args else _default(entry, p.name) for p in entry.params]
    try:
        return machine.outcome(machine.program(entry, given, (program,), ()))
    except RowFailed as failure:
        failure.done = machine.outcome(None)
        raise


def _default(program: Program, name: str) -> Json:
    found = {param.name: param.default for param in program.params}[name]
    if found is None:
        raise RowFailed("3602", f"`{program.name}` needs the parameter `{name}`", program.span)
    return cast("Json", found[0])


@dataclass(slots=True)
class _Machine:
    """What all programs of one row share."""

    module: Module
    target: Target
    hosts: Hosts
    run_seed: int
    row: int
    model: Model
    mocks: Mocks | None = None
    orders: Orders = field(default_factory=dict[int, Sequence[int]])
    renders_whole: bool = False
    transcript: list[SourceCall] = field(default_factory=list[SourceCall])
    limits_reached: list[Span | None] = field(default_factory=list[Span | None])
    effects: list[Done] = field(default_factory=list[Done])

    def outcome(self, result: Json) -> Outcome:
        """What was asked and done so far."""
        reached = tuple(self.limits_reached)
        return Outcome(result, tuple(self.transcript), reached, tuple(self.effects))

    def mocked(self, path: tuple[str, ...], name: str) -> tuple[Json] | None:
        """What a test answers to a call, if it does; `path` ends in the program and the site."""
        return self.mocks.answer(path[-2], name) if self.mocks is not None else None

    def program(
        self,
        program: Program,
        args: Sequence[object],
        path: tuple[str, ...],
        indices: tuple[int, ...],
    ) -> Json:
        """Run a program from its own empty prompt."""
        env = dict(zip(program.body.args, args, strict=True))
        return cast("Json", _Frame(self, path, indices, env).block(program.body)[0])


class _Frame:
    """One program under way: what is bound, and where it was called from."""

    def __init__(
        self,
        machine: _Machine,
        path: tuple[str, ...],
        indices: tuple[int, ...],
        env: dict[Value, object],
    ) -> None:
        self._machine, self._target, self._model = machine, machine.target, machine.model
        self._path, self._indices = path, indices
        self._env = env
        self._prefix = ""

    def block(self, block: Block, args: Sequence[object] = ()) -> tuple[object, ...]:
        """Run a block with its arguments; what its terminator gives."""
        if args:
            self._env.update(zip(block.args, args, strict=True))
        for op in block.ops:
            if isinstance(op, Yield):
                return tuple(self._get(value) for value in op.values)
            if isinstance(op, Return):
                return (self._get(op.value),)
            self._run(op)
        raise AssertionError("a block without a terminator")

    def _run(self, op: Op) -> None:
        try:
            self._dispatch(op)
        except (EvalError, ConstraintError) as error:
            code = error.code if isinstance(error, EvalError) else "3102"
            raise RowFailed(code, str(error), op.span, op) from None

    def _get(self, operand: Operand) -> object:
        return self._env[operand] if isinstance(operand, Value) else operand.value

    def _json(self, operand: Operand) -> Json:
        return cast("Json", self._get(operand))

    def _prompt(self, operand: Operand) -> Prompt:
        found = self._get(operand)
        assert isinstance(found, Prompt)
        return found

    def _items(self, operand: Operand) -> list[object]:
        found = self._get(operand)
        if not isinstance(found, list):
            raise EvalError("3203", "a loop or fork needs a list")
        return cast("list[object]", found)

    def _bind(self, values: Sequence[Value], found: Sequence[object]) -> None:
        self._env.update(zip(values, found, strict=True))

    def _dispatch(self, op: Op) -> None:
        match op:
            case (
                Root()
                | Text()
                | Insert()
                | Turn()
                | Echo()
                | Image()
                | Use()
                | Pick()
                | Unordered()
            ):
                self._env[op.result] = self._append(op)
            case Gen():
                self._gen(op)
            case Select():
                self._select(op)
            case Host():
                self._env[op.result] = self._host(op)
            case Call():
                self._env[op.result] = self._call(op)
            case If() | For() | While() | Fork():
                self._bind(op.results, self._control(op))
            case Collect():
                self._env[op.result] = self._collect(op)
            case Format() | MakeList() | MakeRecord() | GetField() | Index():
                self._env[op.result] = self._structure(op)
            case Compare() | Arith() | Builtin():
                self._env[op.result] = self._compute(op)
            case _:
                pass  # hints say nothing about values

    # --- prompts --------------------------------------------------------------------------------

    def _worded(self, text: str) -> str:
        """A text, with the family's own words in the place of what stands for them."""
        template = self._target.template
        if template is None or text not in (NEXT_CALL, CALL_ENDED):
            return text
        return template.calls.worded(text)

    def _append(
        self, op: Root | Text | Insert | Turn | Echo | Image | Use | Pick | Unordered
    ) -> Prompt:
        match op:
            case Root(bos=bos):
                return Prompt(bos)
            case Text(text=text, plain=plain):
                return self._prompt(op.prompt).with_text(self._worded(text), literal=not plain)
            case Insert():
                text = text_form(self._json(op.value))
                return self._prompt(op.prompt).with_text(text, literal=False)
            case Turn(role=role, edge=edge):
                tools = self._json(op.tools) if op.tools is not None else None
                return self._prompt(op.prompt).with_turn(role, edge, tools)
            case Echo(before=before, after=after, left=left, right=right):
                ends = self._prompt(before), self._prompt(after)
                return self._prompt(op.prompt).with_echo(self._target, *ends, left, right)
            case Image():
                if self._machine.mocks is None:
                    raise EvalError("3104", "the hash model does not take images")
                shown = self._machine.mocks.image(self._json(op.image))
                return self._prompt(op.prompt).with_text(shown, literal=False)
            case Use():
                return self._use(op)
            case Pick():
                return cast("Prompt", item_of(self._items(op.prompts), self._json(op.index)))
            case Unordered():
                prompt: object = self._get(op.prompt)
                for at in self._order(op):
                    (prompt,) = self.block(op.sections[at], (prompt,))
                return cast("Prompt", prompt)

    def _order(self, op: Unordered) -> Sequence[int]:
        """The order of sections: the batch's, in the program that its rows run; else as they stand."""
        as_they_stand = range(len(op.sections))
        if op.batch is None or len(self._path) > 1:
            return as_they_stand
        return self._machine.orders.get(op.batch, as_they_stand)

    def _use(self, op: Use) -> Prompt:
        """Run a fragment; its calls are named by the site of the use as well."""
        body = self._machine.module.fragment(op.fragment).body
        args = (self._get(op.prompt), *(self._get(arg) for arg in op.args))
        indices = (*self._indices, *self._at(op.indices))
        inner = _Frame(self._machine, self._path, indices, {})
        inner._prefix = f"{self._prefix}{op.site}."
        return cast("Prompt", inner.block(body, args)[0])

    # --- calls ----------------------------------------------------------------------------------

    def _at(self, indices: Sequence[Operand]) -> tuple[int, ...]:
        return tuple(cast("int", self._get(index)) for index in indices)

    def _place(self, op: Gen | Select | Call) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The path and indices that name a call."""
        path = (*self._path, f"{self._prefix}{op.site}")
        return path, (*self._indices, *self._at(op.indices))

    def _gen(self, op: Gen) -> None:
        prompt = self._prompt(op.source)
        dynamic = [(name, self._json(value)) for name, value in op.dynamic]
        sampling, constraint = parameters(op, dynamic)
        template = self._target.template
        if sampling.thinking == "on" and template is not None:
            sampling = template.thinking.bounded(sampling)
        if template is not None and constraint is not None:
            sampling, constraint = template.calls.bounded(sampling, constraint)
        path, indices = self._place(op)
        asked = self._asked(prompt, sampling.thinking)
        values: list[Json] = []
        after: list[object] = []
        for sample in range(1 if sampling.n is None else sampling.n):
            seed = self._seed(sampling, path, indices, sample)
            mock = self._machine.mocked(path, op.name)
            if mock is None:
                done = self._model.generate(asked, sampling, seed, constraint)
            else:
                done = self._as_generated(mock[0], constraint)
            call = SourceCall(
                "gen",
                path,
                indices,
                sample,
                op.name,
                asked,
                done.ids,
                done.text,
                sampling,
                constraint,
                seed,
                speculative=op.speculative,
            )
            values.append(self._answered(call, done, mock))
            after.append(prompt.with_said(done.kept, done.text))
        self._env[op.value] = values[0] if sampling.n is None else values
        if op.prompt is not None:
            self._env[op.prompt] = after[0]
        if op.samples is not None:
            self._env[op.samples] = after

    def _asked(self, prompt: Prompt, thinking: str = "") -> tuple[int, ...]:
        return prompt.ids(self._target, whole=self._machine.renders_whole, thinking=thinking)

    def _seed(
        self, sampling: Sampling, path: tuple[str, ...], indices: tuple[int, ...], sample: int
    ) -> int:
        if sampling.seed is not None:
            return sampling.seed + sample
        return call_seed(self._machine.run_seed, self._machine.row, path, indices, sample)

    def _as_generated(self, value: Json, constraint: Constraint | None) -> Generated:
        """A mocked answer, as if a model had given it."""
        text = value if isinstance(value, str) else to_json(value)
        if constraint is not None and isinstance(value, dict):
            text = said_of(value, constraint) or text
        ids = self._target.tokenizer.encode((Part(text, False),), continuation=True)
        return Generated(ids, ids, text, "stop", 0)

    def _answered(self, call: SourceCall, done: Generated, mock: tuple[Json] | None) -> Json:
        """The value of a continuation; the call is in the transcript even when it has none."""
        self._machine.transcript.append(call)
        value = value_of(done, call.constraint) if mock is None else mock[0]
        self._machine.transcript[-1] = replace(call, value=value)
        return value

    def _select(self, op: Select) -> None:
        choices = self._get(op.choices)
        if not _is_choices(choices):
            raise EvalError("3205", "a select needs a list of texts that are not empty")
        prompt, tokenizer = self._prompt(op.source), self._target.tokenizer
        asked = self._asked(prompt)
        ids = tuple(tokenizer.encode((Part(each, False),), continuation=True) for each in choices)
        path, indices = self._place(op)
        best = self._mocked_choice(path, op, choices)
        if best is None:
            bare = tokenizer.bos_ids or tuple(sorted(tokenizer.eos_ids))[:1]
            scores = [self._model.score(asked, each) for each in ids]
            alone = [self._model.score(bare, each) for each in ids]
            best = choose(op.method, scores, alone)
        self._machine.transcript.append(
            SourceCall(
                "select",
                path,
                indices,
                0,
                op.name,
                asked,
                ids[best],
                choices[best],
                method=op.method,
                choices=ids,
                speculative=op.speculative,
            )
        )
        self._env[op.prompt] = prompt.with_said(ids[best], choices[best])
        self._env[op.value] = choices[best]

    def _mocked_choice(
        self, path: tuple[str, ...], op: Select, choices: Sequence[str]
    ) -> int | None:
        """The choice that a test makes in place of the model."""
        mock = self._machine.mocked(path, op.name)
        if mock is None:
            return None
        if mock[0] not in choices:
            raise EvalError("3205", f"the mock answers {mock[0]!r}, which is no choice")
        return choices.index(cast("str", mock[0]))

    def _call(self, op: Call) -> Json:
        path, indices = self._place(op)
        program = self._machine.module.program(op.program)
        args = [self._get(arg) for arg in op.args]
        return self._machine.program(program, args, (*path, program.name), indices)

    def _host(self, op: Host) -> Json:
        function = self._machine.hosts.get(op.extern)
        if function is None:
            raise EvalError("3501", f"no function is bound to `{op.extern}`")
        args = tuple(self._json(arg) for arg in op.args)
        done = HostCall(self._path, op.extern, args)
        try:
            found = function(*args)
        except Exception as error:
            done = replace(done, failed=True)
            message = f"`{op.extern}` raised {type(error).__name__}: {error}"
            raise EvalError("3502", message) from error
        finally:
            if not op.pure:
                self._machine.effects.append(done)
        try:
            return checked(self._machine.module.extern(op.extern).result, cast("Json", found))
        except ValueError as error:
            raise EvalError("3503", f"`{op.extern}` returned another type: {error}") from None

    # --- control --------------------------------------------------------------------------------

    def _control(self, op: If | For | While | Fork) -> Sequence[object]:
        match op:
            case If():
                return self.block(op.then if truth(self._json(op.cond)) else op.orelse)
            case For():
                carried = [self._get(init) for init in op.inits]
                for index, item in enumerate(self._items(op.items)):
                    carried = [*self.block(op.body, (index, item, *carried))]
                return carried
            case While():
                return self._while(op)
            case Fork(items=items) if items is None:
                return [value for arm in self._arms([(b, ()) for b in op.bodies]) for value in arm]
            case Fork(items=items):
                pairs = enumerate(self._items(cast("Operand", items)))
                arms = self._arms([(op.bodies[0], pair) for pair in pairs])
                return [[arm[i] for arm in arms] for i in range(len(op.results))]

    def _arms(self, arms: Sequence[tuple[Block, Sequence[object]]]) -> list[tuple[object, ...]]:
        """What the arms of a fork yield. All of them run; the first failure in order is the fork's."""
        outer, did = self._machine.effects, list[tuple[Done, ...]]()
        found: list[tuple[object, ...]] = []
        failures: list[RowFailed] = []
        for body, args in arms:
            self._machine.effects = []
            try:
                found.append(self.block(body, args))
            except RowFailed as failure:
                failures.append(failure)
            did.append(tuple(self._machine.effects))
        self._machine.effects = outer
        if any(did):
            outer.append(Beside(tuple(did)))
        if failures:
            first, *others = failures
            first.beside += tuple(others)
            raise first
        return found

    def _while(self, op: While) -> Sequence[object]:
        carried: Sequence[object] = [self._get(init) for init in op.inits]
        limit, index = cast("int", self._get(op.limit)), 0
        while truth(cast("Json", self.block(op.cond, carried)[0])):
            if index >= limit:
                self._machine.limits_reached.append(op.span)
                break
            carried = self.block(op.body, (index, *carried))
            index += 1
        return carried

    def _collect(self, op: Collect) -> list[object]:
        pairs = [self.block(op.body, (item,)) for item in self._items(op.items)]
        return [value for value, keep in pairs if truth(cast("Json", keep))]

    # --- values ---------------------------------------------------------------------------------

    def _structure(self, op: Format | MakeList | MakeRecord | GetField | Index) -> object:
        match op:
            case Format(parts=parts):
                return format_text([self._json(part) for part in parts])
            case MakeList(items=items):
                return [self._get(item) for item in items]
            case MakeRecord(names=names, values=values):
                found = [self._json(value) for value in values]
                return dict(zip(names, found, strict=True))
            case GetField(record=record, name=name):
                return field_of(self._json(record), name)
            case Index(items=items, index=index):
                return item_of(self._json(items), self._json(index))

    def _compute(self, op: Compare | Arith | Builtin) -> Json:
        match op:
            case Compare(op=kind, left=left, right=right):
                return compare(kind, self._json(left), self._json(right))
            case Arith(op=kind, args=args):
                return arith(kind, [self._json(arg) for arg in args])
            case Builtin(name=name, args=args):
                return call_builtin(name, [self._json(arg) for arg in args])


def _is_choices(found: object) -> TypeGuard[list[str]]:
    if not isinstance(found, list) or not found:
        return False
    return all(isinstance(each, str) and each for each in cast("list[object]", found))
