"""What the values of one program depend on: lifetimes of parameters, and loops and forks that give another each time.

Registers are followed through the steps in order. What a loop carries and changes is another in every round.
"""

from __future__ import annotations

from collections.abc import Sequence

from ....runtime.plan import schema as p
from ....runtime.plan.walking import walk
from ..report import Factor
from .plan_facts import PlanFacts, is_sampled, varies
from .spots import NONE, PER_RUN, Around, Context, Deps, Level, Spot


class Walk:
    """One program in one context: what its registers depend on, and the spots and calls that are found on the way."""

    def __init__(
        self, facts: PlanFacts, program: p.PlanProgram, context: Context, number: int
    ) -> None:
        self.calls: list[tuple[int, Spot]] = []
        self.nodes: list[tuple[int, Spot]] = []
        self.called: list[tuple[str, Context]] = []
        self._facts, self._program, self._number = facts, program, number
        self._around, self._marks = context.around, 0
        self._deps: dict[int, Deps] = {
            q.register: deps for q, deps in zip(program.parameters, context.args, strict=False)
        }

    def run(self) -> Walk:
        """Walk the program; this walk, with what it found."""
        self._steps(self._program.steps, self._around)
        return self

    def _of(self, *parts: p.Expr | None) -> Deps:
        """What expressions depend on."""
        refs = (x.register for part in parts for x in walk(part) if isinstance(x, p.Ref))
        return NONE.union(*(self._deps.get(register, NONE) for register in refs))

    def _steps(self, steps: Sequence[p.Step], around: Around) -> None:
        for step in steps:
            self._step(step, around)

    def _step(self, step: p.Step, around: Around) -> None:
        match step:
            case p.RootStep(out=out, node=node):
                self._append(out, node, NONE, around)
            case p.TextStep(out=out, node=node) | p.TurnStep(out=out, node=node):
                self._append(out, node, self._of(step.prompt), around)
            case p.InsertStep(out=out, prompt=prompt, value=value, node=node):
                self._append(out, node, self._of(prompt, value), around)
            case p.EchoStep(out=out, prompt=prompt, after=after, node=node):
                self._append(out, node, self._of(prompt, after), around)
            case p.ImageStep(out=out, prompt=prompt, image=value, node=node):
                self._append(out, node, self._of(prompt, value), around)
            case p.GenStep() | p.SelectStep():
                self._ask(step, around)
            case p.EvalStep(out=out, expr=expr):
                self._deps[out] = self._of(expr)
            case p.CollectStep(out=out, items=items, body=body):
                self._deps.update(dict.fromkeys(body.args, self._of(items)))
                self._steps(body.steps, around)
                self._deps[out] = self._of(items, *body.yields)
            case p.HostStep(out=out, args=args, pure=pure):
                self._deps[out] = self._of(*args) | (NONE if pure else _everywhere(around))
            case p.CallStep():
                self._call(step, around)
            case p.TogetherStep(steps=members):
                self._steps(members, around)
            case _:
                self._region(step, around)

    def _region(self, step: p.Step, around: Around) -> None:
        match step:
            case p.SectionsStep(out=out, prompt=prompt, bodies=bodies):
                deps = self._of(prompt)
                for body in bodies:
                    self._deps.update(dict.fromkeys(body.args, deps))
                    self._steps(body.steps, around)
                    deps = self._of(*body.yields)
                self._deps[out] = deps
            case p.IfStep(outs=outs, cond=cond, then=then, orelse=orelse):
                mark = self._mark()
                self._steps(then.steps, (*around, Level(mark, Factor("perhaps", 1))))
                self._steps(orelse.steps, (*around, Level(mark, Factor("otherwise", 1))))
                for out, one, other in zip(outs, then.yields, orelse.yields, strict=True):
                    self._deps[out] = self._of(one, other, cond)
            case p.ForStep(items=items, inits=inits, body=body):
                level = self._loop(step)
                args = [frozenset({level.mark}), self._of(items) | {level.mark}]
                self._rounds(body, args, inits, (*around, level))
                self._leave(step.outs, inits, body, level)
            case p.WhileStep(inits=inits, cond=cond, body=body):
                level = self._loop(step)
                self._rounds(cond, [], inits, (*around, level), of=body)
                self._rounds(body, [frozenset({level.mark})], inits, (*around, level))
                self._leave(step.outs, inits, body, level)
            case p.ForkStep():
                self._fork(step, around)
            case _:
                pass

    def _mark(self) -> str:
        """A new name for a loop, a fork or a branch of this program."""
        self._marks += 1
        return f"#{self._program.name}.{self._number}.{self._marks}"

    def _loop(self, step: p.ForStep | p.WhileStep) -> Level:
        factor = self._facts.rounds(self._program.name, step)
        return Level(self._mark(), factor, tuple(step.heads))

    def _append(self, out: int, node: int, deps: Deps, around: Around) -> None:
        self._deps[out] = deps
        self.nodes.append((node, Spot(around, deps, self._number)))

    def _ask(self, step: p.GenStep | p.SelectStep, around: Around) -> None:
        family, prompt = self._facts.families[step.family], self._of(step.prompt)
        self.calls.append((step.family, Spot(around, prompt, self._number)))
        outs = [step.out_value, step.out_prompt]
        if isinstance(step, p.GenStep):
            deps = prompt | self._of(*(value for _, value in step.dynamic))
            deps |= _everywhere(around) if is_sampled(family) else NONE
            outs.append(step.out_samples)
        else:
            deps = prompt | self._of(step.choices)
        for out in outs:
            if out is not None:
                self._deps[out] = deps
        self.nodes.append((family.out_node, Spot(around, deps, self._number)))

    def _call(self, step: p.CallStep, around: Around) -> None:
        args = tuple(self._of(arg) | _constant(arg) for arg in step.args)
        self.called.append((step.program, Context(around, args)))
        free = _everywhere(around) if self._facts.asks(step.program) else NONE
        self._deps[step.out] = NONE.union(*args) | free

    def _rounds(
        self,
        body: p.Body,
        first: list[Deps],
        inits: list[p.Expr],
        around: Around,
        of: p.Body | None = None,
    ) -> None:
        """Walk a loop's body, or its condition; what it carries and changes is another in every round."""
        level, within = around[-1], self._within(of or body, around)
        yields = (of or body).yields
        args = (of or body).args[-len(inits) :] if inits else []
        for init, arg, left in zip(inits, args, yields, strict=False):
            is_kept = isinstance(left, p.Ref) and left.register == arg
            first.append(self._of(init) | (NONE if is_kept else within | {level.mark}))
        self._deps.update(zip(body.args, first, strict=False))
        self._steps(body.steps, around)

    def _within(self, body: p.Body, around: Around) -> Deps:
        """What the rounds of a loop may bring into what it carries."""
        found, deps = list(walk([body.steps, body.yields])), NONE
        for each in found:
            if isinstance(each, p.Ref):
                deps |= self._deps.get(each.register, NONE)
        families, asks = self._facts.families, self._facts.asks
        is_free = any(varies(x, families) for x in found)
        calls = any(isinstance(x, p.CallStep) and asks(x.program) for x in found)
        return deps | (_everywhere(around) if is_free or calls else NONE)

    def _leave(self, outs: list[int], inits: list[p.Expr], body: p.Body, level: Level) -> None:
        """What a loop leaves is what its last round left: one value, whatever its number."""
        for out, init, left in zip(outs, inits, body.yields, strict=False):
            self._deps[out] = (self._of(init, left)) - {level.mark}

    def _fork(self, step: p.ForkStep, around: Around) -> None:
        factor = self._facts.arms(self._program.name, step)
        level = None if factor is None else Level(self._mark(), factor)
        inside = around if level is None else (*around, level)
        own: Deps = NONE if level is None else frozenset({level.mark})
        yielded: list[Deps] = []
        for body in step.bodies:
            self._deps.update(zip(body.args, (own, self._of(step.items) | own), strict=False))
            self._steps(body.steps, inside)
            yielded += [self._of(left) - own for left in body.yields]
        self._deps.update(zip(step.outs, yielded, strict=False))


def _everywhere(around: Around) -> Deps:
    """What differs in every run, every round and every arm."""
    return PER_RUN | {level.mark for level in around if level.factor.kind in ("arms", "loop")}


def _constant(arg: p.Expr) -> Deps:
    return frozenset({f"={arg.value!r}"}) if isinstance(arg, p.Lit) else NONE
