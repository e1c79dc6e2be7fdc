"""Which programs call which, and which prompts use which; neither may recurse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...syntax import nodes as s
from ..facts import Facts, SymbolCall
from ..report import Reporter
from ..symbols import FileScope, FragmentSymbol, ProgramSymbol, Symbol, kind_word


class CallGraph:
    """The calls between the programs and prompts of some files."""

    def __init__(self, files: Sequence[FileScope], facts: Facts, reporter: Reporter) -> None:
        self.reporter = reporter
        self.edges: dict[Symbol, list[tuple[Symbol, s.Node]]] = {}
        for file in files:
            for symbol in file.names.values():
                if isinstance(symbol, ProgramSymbol | FragmentSymbol):
                    self.edges[symbol] = list(_calls(symbol, facts))

    def report_cycles(self) -> None:
        """Report each call that closes a cycle."""
        state: dict[Symbol, int] = {}
        for start in self.edges:
            if start not in state:
                self._visit(start, state)

    def _visit(self, start: Symbol, state: dict[Symbol, int]) -> None:
        """Depth first, without recursion. State: 1 on the path, 2 done."""
        path: list[tuple[Symbol, Iterator[tuple[Symbol, s.Node]]]] = []
        state[start] = 1
        path.append((start, iter(self.edges[start])))
        while path:
            symbol, edges = path[-1]
            step = next(edges, None)
            if step is None:
                state[symbol] = 2
                path.pop()
                continue
            target, node = step
            if state.get(target) == 1:
                self._report(node, target, [item for item, _ in path])
            elif target not in state and target in self.edges:
                state[target] = 1
                path.append((target, iter(self.edges[target])))

    def _report(self, node: s.Node, target: Symbol, path: list[Symbol]) -> None:
        names = [item.name for item in [*path[path.index(target) :], target]]
        self.reporter.report(
            "SGL0119", node.span, f"{kind_word(target)} that leads back to itself", " -> ".join(names),
            help="recursion is not bounded: write a loop with `max`",
        )  # fmt: skip


def _calls(symbol: ProgramSymbol | FragmentSymbol, facts: Facts) -> Iterator[tuple[Symbol, s.Node]]:
    for node in s.walk(symbol.decl.body):
        fact = facts.calls.get(node)
        if isinstance(fact, SymbolCall):
            yield fact.symbol, node
