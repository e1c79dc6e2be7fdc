"""What a row will ask, before anything is asked: its prompts, as far as its arguments say them.

The steps of a program run without a model. What a call or a host function would give is not known, nor
is what depends on it; a prompt is known up to the first such value. A batch is ordered by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...ir.target import Part
from ...ir.values.operations import EvalError, text_form, truth
from ...runtime.plan import schema as p
from ...runtime.plan.arguments import bind_arguments
from ...runtime.plan.errors import RunError
from ...runtime.plan.expressions import UNBOUND, evaluate
from ...runtime.plan.walking import walk

MAX_STEPS = 20_000
"""How many steps of one row are looked at."""


class Unknown:
    """What is not known before the run."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = Unknown()


class Sections(NamedTuple):
    """Sections that the batch `batch` may order, each as its parts."""

    batch: int
    texts: tuple[tuple[Part, ...], ...]


Item = Part | Sections


class Foreseen(NamedTuple):
    """A prompt that a call asks about. `is_cut`: more follows that is not known."""

    bos: bool
    items: tuple[Item, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """A prompt while the steps run: its last item, and the prompt before it."""

    bos: bool
    item: Item | None = None
    before: Prompt | None = None
    is_cut: bool = False

    def then(self, item: Item) -> Prompt:
        """The prompt with one more item, where it is known so far."""
        return self if self.is_cut else Prompt(self.bos, item, self)

    def cut(self) -> Prompt:
        """The prompt with something after it that is not known."""
        return Prompt(self.bos, self.item, self.before, is_cut=True)

    def items(self) -> tuple[Item, ...]:
        """The items, first to last."""
        found: list[Item] = []
        at: Prompt | None = self
        while at is not None:
            found += [at.item] if at.item is not None else []
            at = at.before
        return tuple(reversed(found))


class Foresight:
    """Looks at the rows of one program."""

    def __init__(self, program: p.PlanProgram) -> None:
        self._program = program
        self._reads: dict[int, tuple[int, ...]] = {}

    def prompts(self, args: Mapping[str, Any]) -> list[Foreseen]:
        """What the calls of one row ask about, in plan order; of a row that fails, up to there."""
        row = _Row(self, self._program.registers)
        try:
            given = bind_arguments(self._program, args)
            for parameter, value in zip(self._program.parameters, given, strict=True):
                row.registers[parameter.register] = value
            row.steps(self._program.steps)
        except (RunError, EvalError, _Enough):
            pass
        return row.asked

    def reads(self, expr: p.Expr) -> tuple[int, ...]:
        """The registers that an expression of the plan reads."""
        found = self._reads.get(id(expr))
        if found is None:
            found = tuple(part.register for part in walk(expr) if isinstance(part, p.Ref))
            self._reads[id(expr)] = found
        return found


class _Enough(Exception):
    """The row has had its steps."""


class _Row:
    def __init__(self, foresight: Foresight, registers: int) -> None:
        self._foresight = foresight
        self.registers: list[Any] = [UNBOUND] * registers
        self.asked: list[Foreseen] = []
        self._left = MAX_STEPS

    def steps(self, steps: Sequence[p.Step]) -> None:
        """Do steps in order."""
        for step in steps:
            self._left -= 1
            if self._left < 0:
                raise _Enough
            self._step(step)

    def _step(self, step: p.Step) -> None:
        match step:
            case p.RootStep(out=out, bos=bos):
                self.registers[out] = Prompt(bos)
            case p.TextStep() | p.InsertStep() | p.ImageStep() | p.TurnStep() | p.SectionsStep():
                self.registers[step.out] = self._appended(step)
            case p.EchoStep(out=out, prompt=prompt):
                found = self._value(prompt)
                self.registers[out] = found.cut() if isinstance(found, Prompt) else found
            case p.EvalStep(out=out, expr=expr):
                self.registers[out] = self._value(expr)
            case p.GenStep() | p.SelectStep():
                self._ask(step)
            case p.HostStep(out=out) | p.CallStep(out=out):
                self.registers[out] = UNKNOWN
            case p.TogetherStep(steps=members):
                self.steps(members)
            case p.PrefetchStep() | p.RetainStep() | p.ReleaseStep() | p.ReturnStep():
                pass
            case _:
                self._control(step)

    def _value(self, expr: p.Expr) -> Any:
        if isinstance(expr, p.Ref):
            found = self.registers[expr.register]
            return UNKNOWN if found is UNBOUND else found
        if any(self.registers[r] in (UNKNOWN, UNBOUND) for r in self._foresight.reads(expr)):
            return UNKNOWN
        return evaluate(expr, self.registers)

    # --- prompts ----------------------------------------------------------------------------------

    def _appended(
        self, step: p.TextStep | p.InsertStep | p.ImageStep | p.TurnStep | p.SectionsStep
    ) -> Any:
        prompt = self._value(step.prompt)
        if not isinstance(prompt, Prompt) or prompt.is_cut:
            return prompt
        item = self._item(step)
        return prompt.cut() if item is None else prompt.then(item)

    def _item(
        self, step: p.TextStep | p.InsertStep | p.ImageStep | p.TurnStep | p.SectionsStep
    ) -> Item | None:
        match step:
            case p.TextStep(text=text, plain=plain):
                return Part(text, not plain)
            case p.InsertStep(value=value):
                found = self._value(value)
                return None if found is UNKNOWN else Part(text_form(found), False)
            case p.SectionsStep(batch=batch, bodies=bodies):
                texts = [self._section(body) for body in bodies]
                known = [text for text in texts if text is not None]
                return Sections(batch, tuple(known)) if len(known) == len(texts) else None
            case p.TurnStep(role=role, edge=edge):
                return Part(f"{edge} {role}\n", False)  # where the template does not compose
            case p.ImageStep():
                return None

    def _section(self, body: p.Body) -> tuple[Part, ...] | None:
        (end,) = self._body(body, (Prompt(bos=False),))
        items = end.items() if isinstance(end, Prompt) and not end.is_cut else (None,)
        parts = tuple(item for item in items if isinstance(item, Part))
        return parts if len(parts) == len(items) else None

    def _ask(self, step: p.GenStep | p.SelectStep) -> None:
        prompt = self._value(step.prompt)
        if isinstance(prompt, Prompt):
            self.asked.append(Foreseen(prompt.bos, prompt.items(), prompt.is_cut))
        after = prompt.cut() if isinstance(prompt, Prompt) else UNKNOWN
        self.registers[step.out_value] = UNKNOWN
        if step.out_prompt is not None:
            self.registers[step.out_prompt] = after
        if isinstance(step, p.GenStep) and step.out_samples is not None:
            self.registers[step.out_samples] = UNKNOWN

    # --- control ----------------------------------------------------------------------------------

    def _control(self, step: p.Step) -> None:
        match step:
            case p.IfStep(outs=outs, cond=cond, then=then, orelse=orelse):
                known = self._value(cond)
                taken = None if known is UNKNOWN else then if truth(known) else orelse
                self._bind(outs, [UNKNOWN] * len(outs) if taken is None else self._body(taken))
            case p.ForStep():
                self._bind(step.outs, self._for(step))
            case p.WhileStep():
                self._bind(step.outs, self._while(step))
            case p.CollectStep(out=out, items=items, body=body):
                self.registers[out] = self._collect(self._value(items), body)
            case p.ForkStep():
                self._bind(step.outs, self._fork(step))
            case _:
                raise TypeError(f"an unknown step: {step!r:.60}")

    def _body(self, body: p.Body, args: Sequence[Any] = ()) -> list[Any]:
        self._bind(body.args, args)
        self.steps(body.steps)
        return [self._value(each) for each in body.yields]

    def _bind(self, registers: Sequence[int], given: Sequence[Any]) -> None:
        for register, value in zip(registers, given, strict=True):
            self.registers[register] = value

    def _for(self, step: p.ForStep) -> list[Any]:
        items = self._value(step.items)
        if not isinstance(items, list):
            return [UNKNOWN] * len(step.outs)
        carried = [self._value(each) for each in step.inits]
        for index, item in enumerate(items):
            carried = self._body(step.body, (index, item, *carried))
        return carried

    def _while(self, step: p.WhileStep) -> list[Any]:
        carried = [self._value(each) for each in step.inits]
        limit, index = self._value(step.limit), 0
        while limit is not UNKNOWN and index <= limit:
            (goes_on,) = self._body(step.cond, carried)
            if goes_on is UNKNOWN:
                break
            if not truth(goes_on) or index == limit:
                return carried
            carried = self._body(step.body, (index, *carried))
            index += 1
        return [UNKNOWN] * len(step.outs)

    def _collect(self, items: Any, body: p.Body) -> Any:
        if not isinstance(items, list):
            return UNKNOWN
        pairs = [self._body(body, (item,)) for item in items]
        if any(UNKNOWN in pair for pair in pairs):
            return UNKNOWN
        return [value for value, keep in pairs if truth(keep)]

    def _fork(self, step: p.ForkStep) -> list[Any]:
        items = self._value(step.items) if step.items is not None else None
        if step.items is None:
            return [value for body in step.bodies for value in self._arm(body, ())]
        if not isinstance(items, list):
            return [UNKNOWN] * len(step.outs)
        arms = [self._arm(step.bodies[0], pair) for pair in enumerate(items)]
        columns: Iterator[list[Any]] = ([arm[i] for arm in arms] for i in range(len(step.outs)))
        return [UNKNOWN if UNKNOWN in column else column for column in columns]

    def _arm(self, body: p.Body, args: Sequence[Any]) -> list[Any]:
        """An arm sees what is bound now, and binds for itself."""
        outside = list(self.registers)
        yields = self._body(body, args)
        self.registers = outside
        return yields
