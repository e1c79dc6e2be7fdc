"""The report: everything that `explain` says, as one tree of data. Text, JSON, Mermaid and HTML render it.

The report of a plan is made before anything runs, without torch; `measure.py` adds what a run did.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

REPORT_VERSION = 2


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of every part of a report."""


class Place(Part, frozen=True):
    """A place in the source."""

    file: str
    line: int
    column: int
    text: str = ""


class Count(Part, frozen=True):
    """A token count: the number if it is known, else None, and always the formula as text and as data."""

    text: str
    formula: Any
    number: int | None = None


class Factor(Part, frozen=True):
    """One thing around a call or an append that makes it happen more or less than once.

    `count` is a number or the name of a quantity; `index` names the iteration's number in formulas.
    """

    kind: Literal["arms", "loop", "perhaps", "otherwise"]
    count: int | str
    index: str = ""
    most: int | None = None


class Control(Part, frozen=True):
    """One quantity of the workload, and the value at which numbers of the report were taken.

    `known`: where the value comes from. A `guess` marks every number that it goes into; of
    those known only `together`, each alone is marked, and numbers that all of them go into are right.
    """

    name: str
    title: str
    kind: Literal["rows", "values", "count", "tokens", "chance"]
    value: float
    most: float
    known: Literal["guess", "limit", "default", "given", "rows", "together"]


class Estimate(Part, frozen=True):
    """A number of the workload as a formula over its controls, and its value at theirs."""

    name: str
    formula: Any
    value: float


class Workload(Part, frozen=True):
    """The model of a workload: prefilled tokens of the four worlds, and calls of one row."""

    controls: list[Control]
    worlds: list[Estimate]
    calls: Estimate


class Inversion(Part, frozen=True):
    """Stable text (`nodes`, of `tokens` in all) behind a value that changes more often (the node `behind`).

    `longest` is the longest of these texts, `layout` says where it would be shared, and `saved` is what that saves
    over the rows of the workload.
    """

    behind: int
    nodes: list[int]
    longest: int
    tokens: int
    layout: str
    saved: Estimate


class Ahead(Part, frozen=True):
    """What is sent ahead of the calls: the length of the prompt, and what of it nobody has asked about before."""

    prompt: Count
    fresh: Count


class Node(Part, frozen=True):
    """A node of the prefix tree, in depth-first order; `parent` is -1 at the root.

    `exact`: the tokens do not depend on values. `joins` are further parents. `warmed`: the prompt that ends here
    is computed before a call asks about it: for `certain` ones, or `speculative`, which nobody may need.
    `free`: in sections that a batch may order. `copies` and `uses`, over all rows: how many different prompts end
    here, and how many calls have it in theirs.
    """

    id: int
    parent: int
    depth: int
    kind: str
    text: str
    tokens: Count
    exact: bool
    lifetime: str
    place: Place | None = None
    families: list[int] = []
    joins: list[int] = []
    shared_by: int = 0
    factors: list[Factor] = []
    warmed: Literal["", "certain", "speculative"] = ""
    ahead: Ahead | None = None
    free: bool = False
    copies: Any = 0
    uses: Any = 0


class Ending(Part, frozen=True):
    """One place at which the cached prefix of a call can end. `node` -1: nothing is cached."""

    node: int
    when: str
    cached: Count
    prefilled: Count


class Call(Part, frozen=True):
    """One family: what its calls are asked, and what is predicted of them. The first ending is the deepest.

    `factors` stand around it in the first place that its program is called from, `elsewhere` in the others; `often` is
    how many calls one row makes, as a formula: 0 where `entry` does not come there.
    """

    family: int
    program: str
    name: str
    site: str
    kind: str
    node: int
    out: int
    wave: int
    prompt: Count
    endings: list[Ending]
    place: Place | None = None
    group: int | None = None
    samples: int = 1
    times: str = "once"
    factors: list[Factor] = []
    elsewhere: list[list[Factor]] = []
    often: Any = 0
    on_critical_path: bool = False


class Group(Part, frozen=True):
    """A fork whose shared prefix is sent once, before its arms. `endings`: what of it is cached then."""

    id: int
    node: int
    families: list[int]
    shared: Count
    endings: list[Ending] = []


class Remark(Part, frozen=True):
    """What a pass did or declined."""

    pass_name: str
    action: str
    what: str
    why: str = ""
    place: Place | None = None
    tokens: int = 0


class PassRun(Part, frozen=True):
    """One step of the pipeline."""

    name: str
    changed: bool
    milliseconds: float
    ops_before: int
    ops_after: int


class World(Part, frozen=True):
    """Prefilled tokens of one of the four worlds: as planned, predicted from the rows, and measured."""

    name: str
    predicted: int | None = None
    measured: int | None = None


class Measured(Part, frozen=True):
    """One measured call beside its prediction."""

    row: int
    family: int
    name: str
    path: str
    prompt: int
    predicted: int | None
    cached: int
    prefilled: int
    replayed: int
    generated: int
    queue_ms: float
    prefill_ms: float
    decode_ms: float
    cause: str = ""


class BatchOrder(Part, frozen=True):
    """How the rows of a batch are ordered, and what that is predicted to save, in prefilled tokens.

    `moved`: rows whose sections stand in another order than the plan's. `as_laid_out` and `ordered`: with
    a cache that keeps everything; `one_as_given` and `one_ordered`: with one that holds the last prompt
    alone. Without a prediction these are None, and `skipped` says why.
    """

    rows: int
    moved: int
    as_laid_out: int | None = None
    ordered: int | None = None
    one_as_given: int | None = None
    one_ordered: int | None = None
    skipped: str = ""


class CacheMark(Part, frozen=True):
    """A place in the prompts at which a service is told to cache, and what that comes to in one run.

    The prefix that ends at `node` is about `tokens` long, is written in `written` tokens and found by `reads` calls.
    `cost` is what writing costs beyond reading it anew, `saved` what those who find it save, in uncached input tokens.
    """

    node: int
    tokens: int
    written: int
    reads: int
    cost: float
    saved: float


class Priced(Part, frozen=True):
    """The input of a run under the rules of a serving system.

    `cost` is in uncached input tokens where the system has a `price`; where it has none, the tokens that it computes.
    `marks`: where it is told to cache, of a system that has to be told.
    """

    target: str
    title: str
    date: str
    prompt: int
    cached: int
    written: int
    cost: float
    unit: Literal["price", "compute"]
    marks: list[CacheMark] = []


class OneRun(Part, frozen=True):
    """One run before any row is known: all prompts, and what of them is cached.

    `assumed` are the sample sizes at which numbers were taken; without any, and unless a call only `perhaps`
    happens (then it is taken to), they are exact.
    """

    prompt: Count
    cached: Count
    assumed: dict[str, int] = {}
    perhaps: bool = False


class Target(Part, frozen=True):
    """What the plan is compiled for."""

    name: str
    approximate: bool
    tokenizer: str
    template: str
    whole_render: bool = False


class Report(Part, frozen=True):
    """The whole report."""

    version: int
    source: str
    entry: str
    level: int
    target: Target
    nodes: list[Node]
    calls: list[Call]
    groups: list[Group]
    waves: list[list[int]]
    critical_path: list[int]
    worlds: list[World] = []
    rows: int = 0
    passes: list[PassRun] = []
    remarks: list[Remark] = []
    measured: list[Measured] = []
    backend: str = ""
    warnings: list[str] = []
    priced: list[Priced] = []
    one_run: OneRun | None = None
    speculative: World | None = None
    batch: BatchOrder | None = None
    workload: Workload | None = None
    inversions: list[Inversion] = []
    sources: dict[str, str] = {}


def schema() -> dict[str, Any]:
    """The JSON schema of a report."""
    return msgspec.json.schema(Report)


def to_json(report: Report) -> bytes:
    """A report as canonical JSON."""
    return msgspec.json.format(msgspec.json.encode(report, order="deterministic"), indent=1) + b"\n"


def from_json(data: bytes) -> Report:
    """A report read back. Raises msgspec.DecodeError."""
    return msgspec.json.decode(data, type=Report)
