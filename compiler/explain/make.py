"""From a plan, and the build that made it, to its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from ...ir.module import Module
from ...ir.span import Span
from ...ir.target import Tokenizer
from ...passes.running.context import Context
from ...runtime.plan import schema as p
from ...runtime.plan.walking import walk
from ..driver.compilation import Build
from . import report as r
from .model.estimates import counting, estimated, scored_choices
from .model.flow import Flow, first_waves, flow, waves
from .model.formula import Formula
from .model.inversions import inversions
from .model.lengths import Lengths
from .model.names import ForkNames, named
from .model.spots import Spot, words
from .model.spread import Spread
from .model.workload import Model


def of_build(build: Build) -> r.Report:
    """The report of a plan together with what the passes did."""
    made = of_plan(build.plan, build.module, build.choice.target.tokenizer)
    made = msgspec.structs.replace(made, sources=_sources(build.lowered))
    return _with_passes(made, build.context, [str(d) for d in build.warnings])


def _sources(module: Module) -> dict[str, str]:
    """The files that the programs stand in."""
    spans = [program.span for program in (*module.programs, *module.fragments)]
    return {span.source.name: span.source.text for span in spans if span is not None}


def of_plan(
    plan: p.Plan, module: Module | None = None, tokenizer: Tokenizer | None = None
) -> r.Report:
    """The report of a plan alone; the module that it was made of adds names, and a tokenizer exact sizes."""
    plan = named(plan)
    lengths, found = Lengths(plan), flow(plan)
    spread, first = Spread(plan, ForkNames(plan, module)), first_waves(found)
    model = Model(plan, spread, lengths, first, scored_choices(plan, tokenizer))
    report = r.Report(
        version=r.REPORT_VERSION,
        source=plan.source,
        entry=plan.entry,
        level=plan.level,
        target=_target(plan.target),
        nodes=_nodes(plan, lengths, spread, model),
        calls=_calls(plan, lengths, spread, model, found),
        groups=[_group(group, plan, lengths) for group in plan.groups],
        waves=waves(found),
        critical_path=list(found.chain),
        inversions=inversions(plan, model),
    )
    return estimated(report, plan, model, counting(tokenizer))


def count(formula: Formula) -> r.Count:
    """A formula as it stands in a report."""
    number = formula.number if formula.is_known else None
    return r.Count(str(formula), formula.json(), number)


def place(span: p.SourceSpan | None) -> r.Place | None:
    """A plan's span as a place."""
    return None if span is None else r.Place(span.file, span.line, span.column, span.text)


def _target(info: p.TargetInfo) -> r.Target:
    return r.Target(info.name, info.approximate, info.tokenizer, info.template, info.whole_render)


def _nodes(plan: p.Plan, lengths: Lengths, spread: Spread, model: Model) -> list[r.Node]:
    """The table as a tree, depth first; a join hangs below its first parent."""
    children: dict[int, list[p.PrefixNode]] = {}
    for node in plan.nodes:
        children.setdefault(node.parents[0] if node.parents else -1, []).append(node)
    asked: dict[int, list[int]] = {}
    for family in plan.families:
        asked.setdefault(family.node, []).append(family.id)
    calls_below = _calls_below(plan)
    warmed = dict(_warmed(plan))
    found: list[r.Node] = []
    stack = [(node, 0) for node in reversed(children.get(-1, []))]
    while stack:
        node, depth = stack.pop()
        found.append(
            r.Node(
                id=node.id,
                parent=node.parents[0] if node.parents else -1,
                depth=depth,
                kind=node.kind,
                text=node.text,
                tokens=count(lengths.edge(node)),
                exact=node.ids is not None,
                lifetime=node.lifetime,
                place=place(node.span),
                families=asked.get(node.id, []),
                joins=node.parents[1:],
                shared_by=calls_below.get(node.id, 0),
                factors=_factors(_spots(spread, node)[:1]),
                warmed=warmed.get(node.id, ""),
                ahead=_ahead(plan, node, lengths) if node.id in warmed else None,
                free=node.free,
                copies=model.copies(node.id).json(),
                uses=model.uses(node.id).json(),
            )
        )
        below = children.get(node.id, [])
        stack += [(child, depth + (len(below) > 1)) for child in reversed(below)]
    return found


def _warmed(plan: p.Plan) -> Iterator[tuple[int, Literal["certain", "speculative"]]]:
    """The nodes that prefetches end at; what is certain somewhere is certain."""
    steps = [step for program in plan.programs for step in walk(program)]
    found = [step for step in steps if isinstance(step, p.PrefetchStep)]
    for step in sorted(found, key=lambda step: not step.speculative):
        yield step.node, "speculative" if step.speculative else "certain"


def _ahead(plan: p.Plan, node: p.PrefixNode, lengths: Lengths) -> r.Ahead | None:
    """How long a prompt is that is warmed, and how much of it is behind the last call on its way."""
    nodes = {each.id: each for each in plan.nodes}
    asked = {family.node for family in plan.families}
    below = next((f for f in plan.families if node.id in path_of(nodes, f.node)), None)
    if below is None:
        return None
    whole, at = lengths.upto(node.id, below.id), node
    fresh = lengths.edge(at)
    while at.parents:
        at = nodes[at.parents[0]]
        if at.kind in ("gen", "select", "join") or at.id in asked:
            return r.Ahead(count(whole), count(fresh))
        fresh += lengths.edge(at)
    return r.Ahead(count(whole), count(whole))


def path_of(nodes: Mapping[int, p.PrefixNode], end: int) -> frozenset[int]:
    """The nodes that a prompt that ends at `end` may go through."""
    found, stack = set[int](), [end]
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack += nodes[node].parents
    return frozenset(found)


def _calls_below(plan: p.Plan) -> dict[int, int]:
    """How many families' prompts go through each node."""
    nodes = {node.id: node for node in plan.nodes}
    counts: dict[int, int] = {}
    for family in plan.families:
        for at in path_of(nodes, family.node):
            counts[at] = counts.get(at, 0) + 1
    return counts


def _spots(spread: Spread, node: p.PrefixNode) -> list[Spot]:
    """The spots of a node; a join stands where what is before it stands."""
    while node.kind == "join" and node.parents:
        node = spread.facts.table[node.parents[0]]
    return spread.nodes.get(node.id, [])


def _factors(spots: list[Spot]) -> list[r.Factor]:
    return [level.factor for spot in spots for level in spot.around]


def _calls(
    plan: p.Plan, lengths: Lengths, spread: Spread, model: Model, found: Flow
) -> list[r.Call]:
    groups = {family: group.id for group in plan.groups for family in group.families}
    first, critical = first_waves(found), set(found.chain)
    return [
        r.Call(
            family=family.id,
            program=family.program,
            name=family.name or f"call {family.site}",
            site=family.site,
            kind=family.kind,
            node=family.node,
            out=family.out_node,
            wave=first.get(family.id, family.wave),
            prompt=count(lengths.prompt(family)),
            endings=_endings(plan, family, lengths),
            place=place(family.span),
            group=groups.get(family.id),
            samples=family.sampling.get("n") or 1,
            times=words(spread.calls.get(family.id, ())),
            factors=_factors(spread.calls.get(family.id, [])[:1]),
            elsewhere=[_factors([spot]) for spot in spread.calls.get(family.id, [])[1:]],
            often=model.often(family.id).json() if family.program in spread.facts.reached else 0,
            on_critical_path=family.id in critical,
        )
        for family in plan.families
    ]


def _endings(plan: p.Plan, family: p.Family, lengths: Lengths) -> list[r.Ending]:
    return _ends(plan, family.expected, family.node, family.id, lengths)


def _ends(
    plan: p.Plan, expected: list[int], end: int, family: int, lengths: Lengths
) -> list[r.Ending]:
    """Where the cached prefix of what ends at `end` ends, the deepest place first."""
    whole = lengths.upto(end, family)
    found: list[r.Ending] = []
    for node in sorted(expected, reverse=True):
        behind = lengths.after(node, end, family) if node >= 0 else None
        when = "always" if len(expected) == 1 else _when(plan, node)
        behind = whole if behind is None else behind
        found.append(r.Ending(node, when, count(whole - behind), count(behind)))
    return found


def _when(plan: p.Plan, node: int) -> str:
    if node < 0:
        return "first"
    at = plan.nodes[node]
    return f"after `{at.text}`" if at.kind in ("gen", "select") else "then"


def _group(group: p.Group, plan: p.Plan, lengths: Lengths) -> r.Group:
    first = group.families[0]
    shared = count(lengths.upto(group.node, first))
    endings = _ends(plan, group.expected, group.node, first, lengths)
    return r.Group(group.id, group.node, group.families, shared, endings)


def _with_passes(made: r.Report, context: Context, warnings: list[str]) -> r.Report:
    runs = [
        r.PassRun(q.pass_name, q.changed, q.seconds * 1e3, q.ops_before, q.ops_after)
        for q in context.reports
    ]
    remarks = [
        r.Remark(q.pass_name, q.action, q.what, q.why, _span_place(q.span), q.tokens)
        for q in context.remarks
    ]
    return msgspec.structs.replace(made, passes=runs, remarks=remarks, warnings=warnings)


def _span_place(span: Span | None) -> r.Place | None:
    if span is None:
        return None
    line, column = span.source.position(span.start)
    return r.Place(span.source.name, line, column, span.text[:200])
