"""A request that is sent: it is noted, and judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...characters import unclean
from ...finding import Cause, Evidence, Family, Place
from ...layout import ORDER, Request, inversions, static_prefix
from ...numbers_behind import split_numbers
from ...seams import blank_end, ends_of
from ..flattened import judge_flattened
from ..left import note_sent
from ..machine import Run
from ..newest import note_newest
from ..requests import Given, request_of
from .arms import as_of_arms, judge_arms
from .asked_keys import judge_asked_keys
from .fan_out import judge_fan_out
from .headers import judge_headers
from .left_marks import judge_left_marks
from .marks import judge_marks
from .messages import judge_messages
from .models import judge_models
from .options import judge_options
from .routing import judge_routing
from .schemas import judge_schemas
from .spacing import judge_each_marked, judge_spacing
from .tools import judge_tool_sets, judge_tools


def send(run: Run, given: Given, sink: Place, name: str) -> None:
    """Note a request of a call site, and everything that is wrong with it."""
    family = f"{sink.file.replace(chr(92), '/').rpartition('/')[2].removesuffix('.py')}.{name}"
    request = request_of(run, given, sink, family)
    run.requests.append(request)
    run.sent_files |= {o.place.file for s in request.segments for o in s.origins}
    found = _once_each(inversions(request))
    run.evidence += as_of_arms(run, found) if given.is_arm else found
    run.evidence += ends_of(request, run.counter)
    if given.is_raw:
        run.evidence += blank_end(request)
    module = run.project.by_file.get(sink.file)
    run.evidence += split_numbers(request, run.counter, module.text if module else "")
    run.evidence += unclean(request, module.text if module else "")
    judge_messages(run, given, request)
    judge_flattened(run, given, request)
    judge_tools(run, given, request)
    judge_tool_sets(run, given, request)
    judge_options(run, given, request)
    judge_schemas(run, given, request)
    judge_routing(run, given, request)
    run.evidence += judge_asked_keys(given, request)
    judge_headers(run, given, request)
    judge_models(run, given, request)
    judge_marks(run, given, request)
    judge_spacing(run, given, request)
    judge_each_marked(run, given, request)
    judge_left_marks(run, given, request)
    judge_fan_out(run, request)
    judge_arms(run, given, request)
    note_newest(run, given, request)
    note_sent(run, given.messages, request)
    _note_family(run, request)


def _once_each(found: Iterable[Evidence]) -> Iterator[Evidence]:
    """What is told of the order of an attribute isn't told again of what it holds."""
    told = list(found)
    ordered = {each.origin.symbol for each in told if each.cause in ORDER}
    for each in told:
        if each.cause is not Cause.STATE or each.origin.symbol not in ordered - {""}:
            yield each


def _note_family(run: Run, request: Request) -> None:
    text, is_whole = static_prefix(request)
    held = run.families.get(request.family)
    begins_loose = bool(request.segments) and bool(request.segments[0].origins)
    if (text or begins_loose) and (held is None or len(text) < len(held.prefix)):
        run.families[request.family] = Family(
            request.family, request.sink, text, run.counter.count(text), is_whole
        )
