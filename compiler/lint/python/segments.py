"""From values to segments: tools, system text and messages in the order in which a service renders them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..finding import Place
from ..layout import ANSWERED, CONST, RELEASE, REQUEST, SESSION, Request, Segment
from ..numbers_behind import digits_before
from .blocks import deep_parts, is_blocks, is_marked, is_replayed, marked_before_last, quiet
from .filling import REST
from .holding import shape_of, taints_in
from .machine import Run
from .many import REMINTED, is_any_of, reminted, replays
from .messages import dict_of, options_of, role_of
from .origins import STABLE_TOKENS, is_stable, origins, past
from .own_calls import asked_at
from .taints import Hole, Lit, Part
from .texts import literal, parts_of
from .values import Const, ListV, Opaque, Text, Value


class SegmentBuilder:
    """Puts segments together."""

    def __init__(self, run: Run, request: Request) -> None:
        self.run, self.request = run, request
        self.segments: list[Segment] = []
        self.is_replayed = False
        """Whether the message that is looked at stands for those of a history."""
        self.is_single = False
        """Whether the messages are asked once, and are no part of a conversation that goes on."""

    def tools(self, value: Value) -> None:
        """Tools stand before everything else; their texts are followed, what isn't known is stable."""
        for each in options_of(value):
            if isinstance(each, ListV):
                for item in each.items:
                    self._tool(item.value)
                return
        if not (isinstance(value, Const) and not value.value):
            self._unknown("tools", RELEASE)

    def _tool(self, value: Value) -> None:
        fields = dict_of(value)
        if fields is None:
            held = parts_of(value, self.request.sink) if isinstance(value, Opaque) else ()
            self.text(held, "tools", False, unknown=RELEASE)
            self._unknown("tools", RELEASE)
            return
        self.text(deep_parts(fields, self.request.sink), "tools", False, unknown=RELEASE)
        if is_marked(fields):
            self._mark()

    def messages(self, value: Value) -> None:
        """A list of messages; the last one that is no history is the newest."""
        for each in options_of(value):
            if isinstance(each, ListV):
                self._list(each)
                return
        if isinstance(value, Const | Text):
            self.content(value, "0", False)
            return
        self._history("messages", value)

    def _list(self, value: ListV) -> None:
        before, count = len(self.segments), len(value.items)
        asked = asked_at(value.items)
        self.is_single = not value.persists and not any(item.many for item in value.items)
        for number, item in enumerate(value.items):
            is_newest = number == count - 1 and not item.many and (count > 1 or before > 0)
            is_many = item.many and item.added is None
            region = str(number) if number < asked else f"{ANSWERED}{number}"
            self.message(item.value, is_many, region, is_newest)

    def message(self, value: Value, many: bool, region: str, is_newest: bool) -> None:
        """One message, or any number of such."""
        fields = dict_of(value)
        if fields is None:
            self._other_message(value, many, region, is_newest)
            return
        role = role_of(fields.fields.get("role", Const("")))
        where = "system" if role in ("system", "developer") else region
        contents = [
            fields.fields.get(key)
            for key in ("content", "parts", "text", "output", "arguments", "call_id")
        ]
        known = [c for c in contents if c is not None]
        if not known and fields.rest is not None:
            known = [fields.rest]
        self.is_replayed = many and (
            is_any_of(value, fields) or any(replays(each) for each in fields.fields.values())
        )
        for each in known:
            count = len(self.segments)
            self.content(each, where, is_newest and where != "system", many)
            if not many:
                self._answered(count, each)
        for key in ("tool_calls", "id", "tool_call_id"):
            if key in fields.fields:
                self.text(
                    quiet(deep_parts(fields.fields[key], self.request.sink)),
                    where,
                    is_newest,
                    True,
                )
        if is_marked(fields):
            self._mark()
        if many and is_replayed(fields):
            self._history(region, value)

    def _other_message(self, value: Value, many: bool, region: str, is_newest: bool) -> None:
        if isinstance(value, ListV) and value.kind == "tuple" and len(value.items) == 2:
            role = literal(value.items[0].value) or ""
            where = "system" if role in ("system", "developer") else region
            self.content(value.items[1].value, where, is_newest and where != "system", many)
            return
        if isinstance(value, Const | Text):
            self.content(value, region, is_newest, many)
            return
        if many:
            self._history(region, value)
        elif isinstance(value, Opaque):
            count = len(self.segments)
            self.text((Hole(value.taints, value.label, True),), region, is_newest)
            self._answered(count, value)
        else:
            self._unknown(region, SESSION)

    def content(self, value: Value, region: str, is_newest: bool, many: bool = False) -> None:
        """Text, or a list of blocks with their marks."""
        blocks = next((o for o in options_of(value) if isinstance(o, ListV) and is_blocks(o)), None)
        if blocks is None:
            self.text(parts_of(value, self.request.sink), region, is_newest, many)
            return
        taints = shape_of(blocks)
        if taints:
            self.text((Hole(taints),), region, is_newest, many)
        shared = marked_before_last(blocks) if self.is_single else 0
        for number, item in enumerate(blocks.items):
            is_new = is_newest and number >= shared
            self._block(item.value, region, is_new, many or item.many)

    def _block(self, value: Value, region: str, is_newest: bool, many: bool) -> None:
        fields = dict_of(value)
        if fields is None:
            self.text(parts_of(value, self.request.sink), region, is_newest, many)
            return
        for key in ("text", "content", "image_url", "source", "input", "url", "id", "tool_use_id"):
            if key in fields.fields:
                self.text(
                    deep_parts(fields.fields[key], self.request.sink), region, is_newest, many
                )
        for key in _CALLS_OF_GEMINI & fields.fields.keys():
            held = quiet(deep_parts(fields.fields[key], self.request.sink))
            self.text(held, region, is_newest, many)
        if fields.rest is not None and not fields.fields.keys() & {"text", "content"}:
            self.text((Hole(taints_in(fields.rest), "", True),), region, is_newest, many)
        if is_marked(fields):
            self._mark(fields.place)

    def text(
        self,
        parts: Iterable[Part],
        region: str,
        is_newest: bool,
        many: bool = False,
        unknown: int | None = None,
    ) -> None:
        """Parts of text as segments."""
        written = ""
        for part in parts:
            before, written = written, part.text if isinstance(part, Lit) else ""
            if isinstance(part, Lit):
                tokens = self.run.counter.count(part.text)
                self.segments.append(
                    Segment(
                        CONST,
                        part.text,
                        tokens,
                        region=region,
                        place=part.place,
                        is_newest=is_newest,
                    )
                )
                continue
            count = len(self.segments)
            self._hole(part if not many else self._reminted(part), region, is_newest, unknown)
            if len(self.segments) > count and (digits := digits_before(before, part.label)):
                self.segments[-1] = replace(self.segments[-1], goes_on_from=digits)

    def _reminted(self, part: Hole) -> Hole:
        is_amid = any(s.is_history for s in self.segments)
        return reminted(part, set(self.run.loop_numbers()), is_amid, self.is_replayed)

    def _hole(self, part: Hole, region: str, is_newest: bool, unknown: int | None) -> None:
        seen = part.taints
        if region not in ("system", "tools"):  # in a conversation it stands as it was said
            seen = frozenset(t for t in seen if t.flag != "said")
        held = tuple(past(o, part.place, self.request.sink) for o in origins(self.run, seen))
        if held:
            rank = max(o.rank for o in held)
            self.segments.append(Segment(rank, origins=held, region=region, is_newest=is_newest))
        elif part.is_element:
            self.segments.append(
                Segment(
                    SESSION,
                    region=region,
                    is_newest=is_newest,
                    is_history=not is_newest,
                    is_unknown=True,
                )
            )
        elif part.label == REST and is_newest:
            pass
        elif part.is_fixed or is_stable(part.label.lower(), is_newest):
            self.segments.append(
                Segment(
                    RELEASE,
                    tokens=STABLE_TOKENS,
                    region=region,
                    is_newest=is_newest,
                    is_unknown=True,
                )
            )
        else:
            rank = unknown if unknown is not None else REQUEST
            self.segments.append(Segment(rank, region=region, is_newest=is_newest, is_unknown=True))

    def _answered(self, since: int, value: Value) -> None:
        """Note which segments are an answer that the model gave in this very conversation."""
        if isinstance(value, Opaque) and value.is_reply:
            self.segments[since:] = [replace(s, is_answer=True) for s in self.segments[since:]]

    def _history(self, region: str, value: Value) -> None:
        running = set(self.run.loop_numbers())
        held = origins(
            self.run,
            frozenset(
                t
                for t in taints_in(value, 3) - shape_of(value)
                if t.rank > SESSION and t.cause in REMINTED and set(t.loops) - running
            ),
        )
        if held:
            self.segments.append(Segment(REQUEST, origins=held, region=region))
        is_answer = isinstance(value, Opaque) and value.is_reply
        self.segments.append(
            Segment(SESSION, region=region, is_history=True, is_unknown=True, is_answer=is_answer)
        )

    def _unknown(self, region: str, rank: int) -> None:
        self.segments.append(Segment(rank, region=region, is_unknown=True))

    def _mark(self, place: Place | None = None) -> None:
        if self.segments:
            self.segments[-1] = replace(self.segments[-1], has_mark=True, place=place)


_CALLS_OF_GEMINI = frozenset(
    {"functionCall", "functionResponse", "function_call", "function_response"}
)
