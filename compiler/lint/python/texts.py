"""Values as text: f-strings, `format`, `%`, `join`, `replace`, in the order in which they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from ..finding import Cause, Place
from ..layout import REQUEST, SESSION, TURN, USER
from .holding import taints_in, union
from .sources.forms import is_request_id
from .taints import NONE, Hole, Lit, Part, Taint, Taints
from .values import Choice, Const, DictV, Ext, ListV, Obj, Opaque, Text, Value

MAX_TEXT = 1 << 18

_USER = re.compile(
    r"(^|[._])(user|customer|tenant|account|member|guest|reader|patient|student|profile|visitor|shopper|caller"
    r"|employee|client_name|org|organisation|organization|workspace|company|owner|person|traveller|traveler|learner"
    r"|applicant|claimant|passenger|policyholder|resident|citizen|pupil|donor|insured|tenant|merchant|driver|rider"
    r"|borrower|subscriber|buyer|current_user|principal)(_?(name|id|email|profile|info|data|plan|role|prefs"
    r"|preferences|settings|locale|language|timezone|tz))?([._\[]|$)"
)
_CLIENT = re.compile(
    r"(^|[._])client\.(name|age|goals?|email|profile|plan|id|address|phone|weights?|notes?|history|language|company)$"
)
"""A client is a person where it has what a person has."""

_PERSONAL = re.compile(
    r"\w[._](first_name|last_name|full_name|surname|email|age|income|salary|birth_?(day|date)?|phone(_number)?)$"
)
"""What only a person has."""

_VARYING = re.compile(
    r"^(question|query|user_input|user_message|user_query|user_text|essay|document|doc|article|chunk|passages?"
    r"|hits|snippets?|ticket|row|item|email_body|transcript|search_results|retrieved|context_docs|review|sentence"
    r"|paragraph|page_text|utterance|complaint|abstract|headline|tweet|comment|post|candidate)(\.|\[|$)"
)


_HOST = re.compile(
    r"(^|[._])(cwd|work_?dir|working_dir(ectory)?|current_dir(ectory)?|git_status|git_branch|git_diff|hostname|worktree"
    r"|open_files?|active_file)$"
)


_SESSION = re.compile(r"(^|[._])(session|conversation|thread|chat)_?id$")


_SPENT = re.compile(
    r"(^|[._])((quota|budget|credits?|allowance|tokens)[._](remaining|left|used|spent)"
    r"|(remaining|used|spent)_(quota|budget|credits|allowance|tokens))(\(\))?$"
)
"""What is left of a quota: less after each call."""

_USED = re.compile(
    r"(^|[._])usage([._](total|input|output|request|response|prompt|completion|cached?)_?\w*tokens"
    r"|[._](requests|tool_calls|cost|total|details))?(\(\))?$"
    r"|^(ctx|context|run_context|wrapper|runtime|request)\.(run_step|step|retry|retries|turn|attempt|iteration)$"
)
"""What a run has used and done so far, as its framework counts it: more after each call."""


_TOLD = (
    (_SPENT, (Cause.STATE, TURN)),
    (_USED, (Cause.STATE, TURN)),
    (_VARYING, (Cause.VARYING, REQUEST)),
    (_HOST, (Cause.HOST, SESSION)),
    (_SESSION, (Cause.STATE, SESSION)),
)


def label_taints(value: Opaque, place: Place) -> Taints:
    """What the name of an unknown value says of how long it stays the same."""
    label = value.label
    if not label or value.is_reply or value.parent is not None:
        return NONE
    told = _told_by(label.lower())
    return frozenset({Taint(*told, place, f"`{label}`")}) if told is not None else NONE


@lru_cache(maxsize=1 << 12)
def _told_by(name: str) -> tuple[Cause, int] | None:
    """What a name says: why another thing may stand there, and how soon."""
    if is_request_id(name):
        return Cause.RANDOM, REQUEST
    for words, told in _TOLD:
        if words.search(name):
            return told
    is_person = _USER.search(name) or _CLIENT.search(name) or _PERSONAL.search(name)
    if is_person and "prompt" not in name and "message" not in name:
        return Cause.USER, USER
    return None


def is_constant(name: str) -> bool:
    """Whether a name is a constant's by the way it is written."""
    last = name.rpartition(".")[2]
    return len(last) > 2 and last.isupper()


def parts_of(value: Value, place: Place, depth: int = 5) -> tuple[Part, ...]:
    """A value as it is when it is written into a text."""
    match value:
        case Text(parts=parts):
            return parts
        case Const(value=constant):
            return (Lit(str(constant)),)
        case Opaque():
            if (
                not (value.taints or value.shape or value.contents)
                and value.item is not None
                and depth
            ):
                return parts_of(value.item, place, depth - 1)
            seen = value.taints | value.shape | label_taints(value, place)
            inside = value.contents.parts if value.contents else ()
            return (Hole(seen, value.label, value.parent is not None, value.is_fixed), *inside)
        case ListV() if depth:
            inner = [part for i in value.items for part in parts_of(i.value, place, depth - 1)]
            order = _hole_of(used_at(value.shape, place))
            return (*order, *inner[:400], *_hole_of(value.as_text))
        case DictV() if depth:
            inner = _dict_parts(value, place, depth)
            return (*_hole_of(value.shape), *inner, *_hole_of(value.as_text))
        case Choice(options=options, taints=taints):
            return _choice_parts(options, taints, place, depth)
        case Obj() if depth:
            return (Hole(NONE, value.cls.name),)
        case Ext(name=name):
            return (Hole(NONE, name, is_fixed=is_constant(name)),)
        case _:
            return (Hole(taints_in(value)),)


def _hole_of(taints: Taints) -> tuple[Part, ...]:
    return (Hole(taints),) if taints else ()


def _dict_parts(value: DictV, place: Place, depth: int) -> list[Part]:
    parts: list[Part] = []
    for key, held in value.fields.items():
        parts += [Lit(f"{key}: "), *parts_of(held, place, depth - 1), Lit(", ")]
    if value.rest is not None:
        parts += parts_of(value.rest, place, depth - 1)
    return parts


def _choice_parts(
    options: list[Value], taints: Taints, place: Place, depth: int
) -> tuple[Part, ...]:
    """The option that holds back most fixed text, else the one with most to say, behind what decides."""
    texts = [parts_of(option, place, depth - 1) if depth else () for option in options]
    inner = union(p.taints for parts in texts for p in parts if isinstance(p, Hole))
    longest = max(texts, key=lambda p: (_held_back(p), _weight(p), len(p)), default=())
    seen = union(p.taints for p in longest if isinstance(p, Hole))
    return (*_hole_of(taints | (inner - seen)), *longest)


def _held_back(parts: Sequence[Part]) -> int:
    """How much fixed text stands behind something that varies."""
    first = next((n for n, p in enumerate(parts) if isinstance(p, Hole) and p.taints), len(parts))
    return sum(len(p.text) for p in parts[first:] if isinstance(p, Lit))


def _weight(parts: Sequence[Part]) -> int:
    return sum(len(p.text) if isinstance(p, Lit) else 40 * len(p.taints) for p in parts)


def text(parts: Sequence[Part]) -> Value:
    """Parts as a value: neighbouring literals joined; a constant where nothing is unknown."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Lit) and found and isinstance(found[-1], Lit):
            joined = found[-1].text + part.text
            found[-1] = Lit(joined[:MAX_TEXT])
        elif not (isinstance(part, Lit) and not part.text):
            found.append(part)
    if not found:
        return Const("")
    if len(found) == 1 and isinstance(found[0], Lit):
        return Const(found[0].text)
    return Text(tuple(found[:600]))


def literal(value: Value) -> str | None:
    """The text of a constant string, or None."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def known_start(value: Value) -> str:
    """All literal text of a value, holes left out."""
    if isinstance(value, Text):
        return "".join(p.text for p in value.parts if isinstance(p, Lit))
    return literal(value) or ""


def used_at(taints: Taints, place: Place) -> Taints:
    """An order, after a place in which it is used; a set that is only known by its annotation is told there."""
    return frozenset(
        replace(t, place=place, path=(t.place, *t.path), flag="")
        if t.flag == "annotated"
        else t.through(place)
        if t.cause is Cause.UNORDERED
        else t
        for t in taints
    )


def joined(separator: Value, items: Value, place: Place) -> Value:
    """`separator.join(items)`."""
    between = parts_of(separator, place)
    if not isinstance(items, ListV):
        held = items
        if isinstance(items, DictV):
            held = ListV("list", [], items.shape, items.as_text)
            keys = [Const(key) for key in items.fields]
            for key in keys:
                held.add(key)
        else:
            return text(parts_of(items, place))
        items = held
    parts: list[Part] = list(_hole_of(used_at(items.shape, place)))
    for number, item in enumerate(items.items):
        parts += [*(between if number else ()), *parts_of(item.value, place)]
    return text([*parts, *_hole_of(items.as_text)])


def replaced(subject: Value, old: Value, new: Value, place: Place) -> Value:
    """`subject.replace(old, new)`: the new text stands where the old one stood."""
    needle = literal(old)
    parts = parts_of(subject, place)
    if needle is None or not needle:
        return text((*parts, *parts_of(new, place)))
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Lit) and needle in part.text:
            for number, piece in enumerate(part.text.split(needle)):
                found += [*(parts_of(new, place) if number else ()), Lit(piece)]
        else:
            found.append(part)
    return text(found)


def transformed(value: Value, change: Callable[[str], str], place: Place) -> Value:
    """A text whose literals are changed one by one (`upper`, `strip`): the holes stay."""
    return text([Lit(change(p.text)) if isinstance(p, Lit) else p for p in parts_of(value, place)])
