"""From families of calls to evidence: breaks that recur, heads that vary, options, keys and breakpoints."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ..finding import Cause, Evidence, Loss, Place
from ..target import minimum_of, plain_model
from .breaks import Break, Counting, break_between, text_cause, tools_cause
from .differences import changes, common, excerpt
from .sessions import FamilyOfCalls, Session
from .units import HEADERS, Request

WORTH = 24
RECURS = 0.25
"""The share of a session's turns that must break before a window counts as one that slides."""


@dataclass(slots=True)
class Judgement:
    """What a family showed: evidence, and the tokens for the summary."""

    evidence: list[Evidence] = field(default_factory=list)
    prompt: int = 0
    shared: int = 0
    safe: int = 0
    lost: int = 0


_SAFE = frozenset(
    {Cause.UNORDERED, Cause.KEY_ORDER, Cause.TOOL_ORDER, Cause.ARGUMENTS, Cause.ENDINGS}
)
_SMALL = frozenset({Cause.ARGUMENTS, Cause.SHAPE, Cause.UNSAVED, Cause.REASONING})
_SLIDING = frozenset({Cause.WINDOW, Cause.REWRITTEN})


class Judge:
    """Judges the families of one log file."""

    def __init__(self, file: str, count: Callable[[str], int], is_exact: bool) -> None:
        self.file, self.count, self.is_exact = file, Counting(count), is_exact

    def family(self, family: FamilyOfCalls, name: str) -> Judgement:
        """All that one family shows."""
        made = Judgement()
        requests = family.requests
        for request in requests:
            request.tokens = sum(self.count(unit.text) for unit in request.units)
        breaks = [b for session in family.sessions for b in self._session(session, made)]
        breaks += self._across(family, made)
        made.evidence += self._recurring(breaks, family, name)
        if len(requests) > 1:
            made.evidence += self._options(family, name)
            made.evidence += self._routing(requests, name)
            made.evidence += self._marks(family, name)
            made.evidence += self._unread(requests, name)
        made.evidence += self._side_calls(family, name)
        self._summary(family, breaks, made)
        return made

    def _summary(self, family: FamilyOfCalls, breaks: Sequence[Break], made: Judgement) -> None:
        for request in family.requests:
            made.prompt += request.tokens
        made.lost += sum(b.lost for b in breaks)
        made.safe += sum(b.lost for b in breaks if b.cause in _SAFE)

    # --- inside sessions ------------------------------------------------------------------------------

    def _session(self, session: Session, made: Judgement) -> list[Break]:
        found: list[Break] = []
        turns = list(zip(session.requests, session.requests[1:], strict=False))
        for before, after in turns:
            broken = break_between(before, after, self.count)
            if broken is None:
                made.shared += min(before.tokens, after.tokens)
            else:
                made.shared += broken.shared
                found.append(broken)
        sliding = [b for b in found if b.cause in _SLIDING]
        if sliding and len(sliding) < max(2, RECURS * len(turns)):
            found = [b for b in found if b.cause not in _SLIDING]
        elif sliding and not self._slides(sliding, len(turns), session):
            found = [b for b in found if b.cause not in _SLIDING]
        return found

    def _slides(self, sliding: Sequence[Break], turns: int, session: Session) -> bool:
        """Whether breaks follow one another; a history that is cut in strides breaks once in a while."""
        numbers = [session.requests.index(b.request) for b in sliding]
        gaps = [b - a for a, b in itertools.pairwise(numbers)]
        return bool(gaps) and min(gaps) <= 2 and sum(g <= 2 for g in gaps) >= len(gaps) / 2

    # --- across sessions ------------------------------------------------------------------------------

    def _across(self, family: FamilyOfCalls, made: Judgement) -> list[Break]:
        """The heads of neighbouring sessions: what differs before text that is the same again."""
        found: list[Break] = []
        firsts = [session.requests[0] for session in family.sessions]
        for before, after in itertools.pairwise(firsts):
            broken = self._heads(before, after)
            if broken is None:
                made.shared += self._common_head(before, after)
            else:
                made.shared += broken.shared
                found.append(broken)
        return found

    def _common_head(self, before: Request, after: Request) -> int:
        total = 0
        for one, other in zip(before.units, after.units, strict=False):
            if one.text != other.text:
                return total + self.count(other.text[: common(one.text, other.text)])
            total += self.count(other.text)
        return total

    def _heads(self, before: Request, after: Request) -> Break | None:
        shared = 0
        if [t.text for t in before.tools] != [t.text for t in after.tools] and (
            before.tools or after.tools
        ):
            cause, what = tools_cause(before, after)
            lost = sum(self.count(u.text) for u in after.system) + sum(
                self.count(t.text) for t in after.tools if t.text in {x.text for x in before.tools}
            )
            return Break(cause, what, after, "tools", lost, 0) if lost >= WORTH else None
        shared += sum(self.count(t.text) for t in after.tools)
        heads = (self._head_units(before), self._head_units(after))
        for number, (one, other) in enumerate(zip(*heads, strict=False)):
            if one == other:
                shared += self.count(other)
                continue
            return self._in_text(one, other, heads, number, after, shared)
        return None

    def _head_units(self, request: Request) -> list[str]:
        """System text, then messages: few-shot examples are part of the head."""
        return [unit.text for unit in (*request.system, *request.messages)]

    def _in_text(
        self,
        one: str,
        other: str,
        heads: tuple[list[str], list[str]],
        number: int,
        after: Request,
        shared: int,
    ) -> Break | None:
        found = changes(one, other)
        behind = found[0][3] if found else 0
        later = sum(
            self.count(b)
            for a, b in zip(heads[0][number + 1 :], heads[1][number + 1 :], strict=False)
            if a == b
        )
        lost = behind // 4 + later
        cause, what = text_cause(one, other, "the head")
        if cause in (Cause.UNORDERED, Cause.KEY_ORDER):
            lost = max(lost, self.count(other) - self.count(other[: common(one, other)]))
        is_last = number == len(heads[1]) - 1 and number > 0
        if lost < (WORTH * 4 if is_last else WORTH):
            return None
        at = common(one, other)
        notes = (
            f"first difference at byte {len(other[:at].encode(errors='replace')):,} of the head:",
            f"before: {excerpt(one, at)}",
            f"now:    {excerpt(other, at)}",
        )
        return Break(cause, what, after, "head", lost, shared + self.count(other[:at]), notes)

    # --- evidence --------------------------------------------------------------------------------------

    def _recurring(
        self, breaks: Sequence[Break], family: FamilyOfCalls, name: str
    ) -> Iterator[Evidence]:
        """One piece of evidence for each cause, with what all of its breaks cost."""
        by_cause: dict[Cause, list[Break]] = {}
        for each in breaks:
            by_cause.setdefault(each.cause, []).append(each)
        total = max(len(family.requests) - 1, 1)
        for cause, found in by_cause.items():
            if cause is Cause.VARYING and len(found) < max(2, 0.3 * total):
                continue
            worst = max(found, key=lambda b: b.lost)
            mean = sum(b.lost for b in found) // len(found)
            if mean < (WORTH if cause not in _SMALL else 3):
                continue
            prefix = max(b.lost + b.shared for b in found)
            yield self._evidence(
                cause,
                worst,
                name,
                Loss(mean, prefix, len(found), is_exact=self.is_exact),
                worst.notes,
            )

    def _evidence(
        self, cause: Cause, broken: Break, name: str, loss: Loss | None, notes: tuple[str, ...] = ()
    ) -> Evidence:
        return self._made(cause, broken.what, broken.request, name, loss, broken.where, notes)

    def _made(
        self,
        cause: Cause,
        what: str,
        request: Request,
        name: str,
        loss: Loss | None = None,
        region: str = "prompt",
        notes: tuple[str, ...] = (),
    ) -> Evidence:
        place = Place(self.file, request.line, symbol=f"{name}:{cause.name}")
        return Evidence(cause, place, place, what, (), loss, name, region, notes, request.target)

    # --- keys -------------------------------------------------------------------------------------------

    def _options(self, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
        """Options and headers that are part of the key, and vary between calls with one head."""
        pairs = [
            (a, b)
            for s in family.sessions
            for a, b in zip(s.requests, s.requests[1:], strict=False)
        ]
        firsts = [s.requests[0] for s in family.sessions]
        pairs += [(a, b) for a, b in itertools.pairwise(firsts) if a.head == b.head]
        for option in sorted({o for r in family.requests for o in r.options}):
            changed = [b for a, b in pairs if a.options.get(option) != b.options.get(option)]
            if changed:
                lost = self._head_tokens(changed[-1])
                loss = Loss(lost, 0, len(changed), is_exact=self.is_exact)
                yield self._made(Cause.OPTION, f"`{option}`", changed[0], name, loss)
        for header in HEADERS:
            changed = [
                b for a, b in pairs if a.logged.headers.get(header) != b.logged.headers.get(header)
            ]
            if changed:
                loss = Loss(self._head_tokens(changed[-1]), 0, len(changed), is_exact=self.is_exact)
                yield self._made(Cause.HEADER, f"the header `{header}`", changed[0], name, loss)
        lifetimes = [
            b
            for a, b in pairs
            if _lifetimes(a) and _lifetimes(b) and _lifetimes(a) != _lifetimes(b)
        ]
        if lifetimes:
            yield self._made(Cause.HEADER, "the lifetime of breakpoints", lifetimes[0], name)
        models = [
            b
            for s in family.sessions
            for a, b in zip(s.requests, s.requests[1:], strict=False)
            if a.model != b.model
        ]
        if models:
            loss = Loss(self._head_tokens(models[-1]), 0, len(models), is_exact=self.is_exact)
            yield self._made(
                Cause.MODELS, "the model changes inside a conversation", models[0], name, loss
            )

    def _head_tokens(self, request: Request) -> int:
        return sum(self.count(unit.text) for unit in request.units[:-1])

    def _routing(self, requests: Sequence[Request], name: str) -> Iterator[Evidence]:
        keys = [
            str(
                r.logged.body.get("prompt_cache_key")
                or r.logged.headers.get("x-session-affinity")
                or ""
            )
            for r in requests
        ]
        given = [key for key in keys if key]
        if len(given) >= 3 and len(set(given)) == len(given) and len(given) == len(requests):
            loss = Loss(self._head_tokens(requests[-1]), 0, len(given) - 1, is_exact=self.is_exact)
            yield self._made(
                Cause.ROUTING,
                "the routing key is another one in each call",
                requests[0],
                name,
                loss,
            )

    # --- breakpoints ------------------------------------------------------------------------------------

    def _marks(self, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
        requests = family.requests
        marked = [r for r in requests if any(u.has_mark for u in r.units)]
        if not marked:
            return
        worst = max(marked, key=_mark_count)
        if _mark_count(worst) > 4:
            what = f"{_mark_count(worst)} breakpoints, and 4 are taken"
            yield self._made(Cause.MARK_COUNT, what, worst, name)
        yield from self._behind(family, name)
        yield from self._moves(family, name)
        yield from self._too_short(marked, name)

    def _behind(self, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
        """Single calls whose breakpoint stands behind what differs in each."""
        singles = [s.requests[0] for s in family.sessions if len(s.requests) == 1]
        pairs = list(itertools.pairwise(singles))
        bad = [b for a, b in pairs if self._mark_differs(a, b)]
        if len(bad) >= 2 and len(bad) >= 0.7 * len(pairs):
            lost = self._common_head(singles[0], bad[0])
            if lost >= WORTH:
                loss = Loss(lost, 0, len(bad), is_exact=self.is_exact)
                what = "what is marked is another text in each call"
                yield self._made(Cause.MARK_BEHIND, what, bad[0], name, loss)

    def _mark_differs(self, before: Request, after: Request) -> bool:
        """Whether every breakpoint of a call stands behind the first difference."""
        shared, last = 0, None
        for unit_a, unit_b in zip(_blocks(before), _blocks(after), strict=False):
            if unit_a[0] != unit_b[0]:
                break
            shared += 1
            if unit_b[1]:
                last = shared
        return last is None and any(marked for _, marked in _blocks(after))

    def _moves(self, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
        for session in family.sessions:
            positions = [_last_mark(r) for r in session.requests]
            back = [
                r
                for r, a, b in zip(session.requests[1:], positions, positions[1:], strict=False)
                if a is not None and b is not None and b < a
            ]
            if len(back) >= 2:
                yield self._made(
                    Cause.MARK_BACK, "breakpoints move backwards in the conversation", back[0], name
                )
                return
            for before, after in zip(session.requests, session.requests[1:], strict=False):
                added = _spacing(before, after)
                if added > 20:
                    what = f"{added} blocks stand between a breakpoint and the one before, and 20 are looked at"
                    loss = Loss(before.tokens, is_exact=self.is_exact)
                    yield self._made(Cause.MARK_SPACING, what, after, name, loss)
                    return

    def _too_short(self, marked: Sequence[Request], name: str) -> Iterator[Evidence]:
        """What is marked is shorter than the least that is cached, in every call."""
        sizes = [self._marked_tokens(r) for r in marked]
        request = marked[-1]
        least = minimum_of(request.target, request.model) if request.target else 0
        if sizes and max(sizes) < least * (1.0 if self.is_exact else 0.85):
            about = "" if self.is_exact else "about "
            model = plain_model(request.model) or request.target
            what = f"the marked prefix has {about}{max(sizes)} tokens, and `{model}` caches nothing below {least}"
            yield self._made(Cause.TOO_SHORT, what, request, name)

    def _marked_tokens(self, request: Request) -> int:
        total, marked = 0, 0
        for text, has_mark in _blocks(request):
            total += self.count(text)
            marked = total if has_mark else marked
        return marked

    # --- what usage says ---------------------------------------------------------------------------------

    def _unread(self, requests: Sequence[Request], name: str) -> Iterator[Evidence]:
        """Prefixes that are intact, and yet were not read."""
        misses: list[tuple[Request, bool]] = []
        for before, after in itertools.pairwise(requests):
            if after.logged.read is None or after.logged.read > 0:
                continue
            shared = self._common_head(before, after)
            if shared < max(minimum_of(after.target, after.model), 1024):
                continue
            gap = (after.logged.time or 0) - (before.logged.time or 0)
            misses.append((after, gap > _lifetime(after.target)))
        late = [r for r, expired in misses if expired]
        lost = [r for r, expired in misses if not expired]
        if len(late) >= 2:
            yield self._made(
                Cause.EXPIRED, f"the prefix had expired before {len(late)} calls", late[0], name
            )
        if len(lost) >= 2:
            yield self._made(
                Cause.NOT_READ,
                f"the prefix is intact and was not read in {len(lost)} calls",
                lost[0],
                name,
            )
        short = [r for r in requests if r.logged.read == 0 and r.logged.prompt is not None]
        least = minimum_of(requests[-1].target, requests[-1].model)
        if len(short) >= 4 and len(short) == len(requests) and least:
            shared = min(self._common_head(a, b) for a, b in itertools.pairwise(requests))
            if WORTH <= shared < least * (1.0 if self.is_exact else 0.85) and not any(
                u.has_mark for r in requests for u in r.units
            ):
                about = "" if self.is_exact else "about "
                what = f"calls share {about}{shared} tokens, and nothing is cached below {least}"
                yield self._made(Cause.TOO_SHORT, what, requests[-1], name)

    def _side_calls(self, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
        for request, session in family.side_calls[:1]:
            lost = session.newest.tokens
            loss = Loss(lost, 0, len(family.side_calls), is_exact=self.is_exact)
            yield self._made(Cause.SIDE_CALL, "a side call", request, name, loss)


def _lifetimes(request: Request) -> frozenset[str]:
    """The lifetimes that the breakpoints of a request ask for."""
    import json

    held = json.dumps([u.data for u in request.units if u.has_mark])
    return frozenset(ttl for ttl in ("5m", "1h") if f'"ttl": "{ttl}"' in held)


def _mark_count(request: Request) -> int:
    return sum(marked for _, marked in _blocks(request))


def _blocks(request: Request) -> list[tuple[str, bool]]:
    """The blocks of a request with their marks, in order."""
    from .units import _is_marked, blocks_of, plain_text

    found: list[tuple[str, bool]] = []
    for unit in request.units:
        blocks = blocks_of(unit) if unit.kind == "message" else [unit.data]
        for block in blocks:
            found.append(
                (
                    unit.text if len(blocks) == 1 else plain_text(block) or str(block),
                    _is_marked(block),
                )
            )
        if unit.has_mark and not any(_is_marked(b) for b in blocks):
            found[-1] = (found[-1][0], True)
    return found


def _last_mark(request: Request) -> int | None:
    marks = [i for i, (_, marked) in enumerate(_blocks(request)) if marked]
    return marks[-1] if marks else None


def _spacing(before: Request, after: Request) -> int:
    """Blocks between the newest breakpoint and the nearest earlier one that was written before."""
    marks = [i for i, (_, marked) in enumerate(_blocks(after)) if marked]
    written = _last_mark(before)
    if not marks or written is None:
        return 0
    inner = [m for m in marks[:-1] if m > written]
    return marks[-1] - max([written, *inner])


def _lifetime(target: str) -> float:
    """Seconds for which an entry is kept at least."""
    return {"anthropic": 300.0, "openai": 1800.0}.get(target, 600.0)
