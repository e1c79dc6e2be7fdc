"""What lint knows of a problem: evidence that a reader gives, and the finding that a rule makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import blake2b

from ...ir.diagnostic import Severity


class Cause(Enum):
    """Why a prefix is not shared. Readers name causes, rules claim them."""

    CLOCK = "a clock"
    DATE = "the date"
    RANDOM = "something random"
    SAMPLED = "a random choice of examples"
    SIGNED = "a signed link"
    HASHED = "a salted hash"
    USER = "what is known of the user"
    HOST = "the machine"
    STATE = "state that changes from call to call"
    COUNTER = "a loop counter"
    VARYING = "what varies from call to call"
    RETRIEVED = "search results"
    BRANCH = "a condition"
    ARM = "the arm of a fork"
    UNORDERED = "an order that is not fixed"
    TOOL_ORDER = "the order of the tools"
    TOOL_SET = "the set of tools"
    COMPLETION = "the order in which calls end"
    ENDED = "results that are replayed in another order than they were sent"
    KEY_ORDER = "the order of keys in JSON"
    ARGUMENTS = "arguments of a call, serialised again"
    ADDRESS = "an address or another unstable form"
    WINDOW = "a window over the history"
    REWRITTEN = "an earlier message, rewritten"
    UNSAVED = "a message that is sent and not stored"
    SHAPE = "a text that is a string here and a list there"
    REASONING = "reasoning that is dropped on replay"
    SIBLINGS = "siblings that begin differently"
    SIDE_CALL = "a side call with another head"
    SIDE_TOOLS = "a side call without the tools"
    MARK_BEHIND = "a breakpoint behind text that varies"
    MARK_BACK = "a breakpoint that moves backwards"
    MARK_COUNT = "too many breakpoints"
    MARK_SPACING = "too many blocks between breakpoints"
    UNREAD = "an entry that is written and never read"
    OPTION = "an option that is part of the key"
    HEADER = "a header or a lifetime that is part of the key"
    OTHER_HEADER = "a header that another call of the conversation does not send"
    ROUTING = "the routing key"
    MODELS = "several models"
    TOO_SHORT = "a prefix below the minimum"
    ENDINGS = "invisible bytes"
    CHARACTERS = "characters that look alike"
    SEAM = "a token boundary that moves"
    TEMPLATE_CLOCK = "a template that reads the clock"
    NOT_MONOTONE = "a template that rewrites what it has rendered"
    TEMPLATE_ORDER = "a template that puts stable text behind turns"
    TEMPLATE_FAILS = "a template that fails"
    COLD_FAN = "a fan-out over a cold prefix"
    EXPIRED = "an entry that has expired"
    NOT_READ = "an intact prefix that is not read"
    CHANGED = "a prefix that differs from the lock"
    SHRUNK = "a family that shares less than before"
    PARTED = "two programs that no longer share"
    UNDECLARED = "a parameter without a lifetime"
    HOISTABLE = "a section that holds fixed text back"
    NEAR_TWINS = "two texts that are nearly the same"
    BLANKS = "blanks at the end of a line"
    MID_BLOCK = "a prefix that ends inside a block"
    UNPINNED = "a revision that is not pinned"
    DISTANCE = "a prefix that is used again too late"
    UNUSED = "text that nobody reads"
    TWICE = "the same call twice"
    INVARIANT = "fixed text in a loop"
    UNREADABLE = "a file that can't be analysed"


@dataclass(frozen=True, slots=True)
class Place:
    """A range in a file; lines and columns count from 1, the end column is exclusive. `symbol`: what is there."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    symbol: str = ""

    def __hash__(self) -> int:
        return hash((self.file, self.line, self.column))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def start(self) -> tuple[str, int, int]:
        """Where it begins, to put places in order."""
        return self.file, self.line, self.column


@dataclass(frozen=True, slots=True)
class Loss:
    """Tokens that could have been shared and are not, in one call; `more` is what can't be counted.

    `calls` is how many calls lose them, where that is known (logs); `prefix` how many could be shared at most.
    """

    tokens: int
    prefix: int = 0
    calls: int = 0
    more: str = ""
    is_exact: bool = False

    @property
    def total(self) -> int:
        """Tokens over all known calls."""
        return self.tokens * max(self.calls, 1)


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement of bytes in a file, by character offsets."""

    file: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a finding. Safe: the bytes change and the meaning can't."""

    title: str
    edits: tuple[Edit, ...]
    is_safe: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reader found: a cause, where it comes from, where it reaches a prompt, and what it costs.

    `beside`: further causes that name the same problem; their rules are told with it.
    """

    cause: Cause
    origin: Place
    sink: Place
    what: str
    path: tuple[Place, ...] = ()
    loss: Loss | None = None
    family: str = ""
    region: str = "prompt"
    notes: tuple[str, ...] = ()
    target: str = ""
    is_mild: bool = False
    fix: Fix | None = None
    beside: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem as it is reported. `also`: further rules that name the same problem."""

    code: str
    severity: Severity
    headline: str
    evidence: Evidence
    helps: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Names the problem whatever lines move: rule, family, and the symbol at the origin."""
        e = self.evidence
        known = "\0".join((self.code, e.family, e.origin.symbol or e.what, _tail(e.origin.file)))
        return blake2b(known.encode(errors="replace"), digest_size=10).hexdigest()

    @property
    def codes(self) -> tuple[str, ...]:
        """The finding's own code and the others that name it."""
        return (self.code, *self.also)


def _tail(file: str) -> str:
    """The part of a path that stays when the checkout stands elsewhere."""
    return file.replace("\\", "/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Family:
    """The calls of one place: what they all begin with, as text, for locks and comparisons."""

    name: str
    place: Place
    prefix: str
    tokens: int
    is_whole: bool = True

    @property
    def digest(self) -> str:
        """Names the prefix."""
        return blake2b(self.prefix.encode(errors="replace"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not followed, listed so that it never passes for clean."""

    place: Place
    why: str


@dataclass(slots=True)
class Reading:
    """All that readers found: evidence, families, what was not followed, and figures for the summary."""

    evidence: list[Evidence] = field(default_factory=list)
    families: list[Family] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    def add(self, other: Reading) -> None:
        """Take in what another reader found."""
        self.evidence += other.evidence
        self.families += other.families
        self.gaps += other.gaps
        self.facts += other.facts


def once(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Each problem once: of several with one cause and origin the dearest is kept, the others are counted."""
    found: dict[tuple[object, ...], list[Evidence]] = {}
    for each in evidence:
        key = (
            each.cause,
            each.origin.file,
            each.origin.line,
            each.origin.column,
            each.origin.symbol,
        )
        found.setdefault(key, []).append(each)
    return [_dearest(many) for many in found.values()]


def _dearest(many: list[Evidence]) -> Evidence:
    dearest = max(many, key=_cost)
    best = min((e for e in many if _is_like(e, dearest)), key=lambda e: [p.start for p in e.path])
    sinks = {(e.sink.file, e.sink.line) for e in many}
    if len(sinks) == 1:
        return best
    return replace(best, notes=(*best.notes, f"the same reaches {len(sinks) - 1} other calls"))


def _is_like(one: Evidence, other: Evidence) -> bool:
    """Whether two of one problem differ by the way alone, on which sets decide by chance."""
    same = one.sink == other.sink and one.what == other.what and one.family == other.family
    return same and one.loss == other.loss and one.region == other.region


def _cost(evidence: Evidence) -> int:
    return evidence.loss.total if evidence.loss else 0
