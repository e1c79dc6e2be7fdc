"""The reader of request logs: families, sessions, the breaks in them, and how much of the prompts was shared."""

from __future__ import annotations

from collections.abc import Sequence

from ..config import Config
from ..finding import Cause, Evidence, Family, Place, Reading
from ..inputs import InputFile
from ..tokens import Counter
from .breaks import Counting
from .differences import common
from .formats import calls_in
from .judging.judge import judged
from .judging.scale import Scale
from .judging.whole import judge_order
from .logged import Logged
from .sessions import FamilyOfCalls, families_of
from .units import Known, Request, request_of


def read_logs(files: Sequence[InputFile], config: Config, counter: Counter) -> Reading:
    """Read log files, each for itself."""
    reading = Reading()
    for file in files:
        _read(file, config, counter, reading)
    return reading


def _read(file: InputFile, config: Config, counter: Counter, reading: Reading) -> None:
    requests: list[Request] = []
    known: Known = {}
    for found in calls_in(file.text):
        if isinstance(found, Logged):
            request = request_of(found, config.target, known)
            if request is not None:
                requests.append(request)
        else:
            number, why = found
            place = Place(file.name, number)
            reading.evidence.append(
                Evidence(Cause.UNREADABLE, place, place, f"`{file.name}`: {why}")
            )
    if not requests:
        return
    scale = Scale(file.name, Counting(counter.count), counter.is_exact)
    prompt = shared = safe = lost = 0
    families = families_of(requests)
    for number, family in enumerate(families, start=1):
        name = f"{file.name.replace(chr(92), '/').rpartition('/')[2]}#{number}"
        made = judged(scale, family, name)
        reading.evidence += made.evidence
        prompt, shared = prompt + made.prompt, shared + made.shared
        safe, lost = safe + made.safe, lost + made.lost
        reading.families.append(_family(family, name, file, counter))
    every = [family.requests for family in families]
    reading.evidence += judge_order(scale, every, config.kv_budget)
    if prompt:
        reading.facts.append(
            _rates(file, len(requests), prompt, shared, safe, lost, counter.is_exact)
        )


def _rates(
    file: InputFile, calls: int, prompt: int, shared: int, safe: int, lost: int, is_exact: bool
) -> str:
    """How much of the prompts a cache could read: now, after safe fixes, with every finding mended."""
    percent = [
        f"{min(100 * part / prompt, 100):.0f} %" for part in (shared, shared + safe, shared + lost)
    ]
    about = "" if is_exact else "about "
    return (
        f"{file.name}: {calls:,} calls, {about}{prompt:,} tokens; shared with earlier calls: {percent[0]} now, "
        f"{percent[1]} with safe fixes, {percent[2]} with all findings mended"
    )


def _family(family: FamilyOfCalls, name: str, file: InputFile, counter: Counter) -> Family:
    heads = ["".join(u.text for u in (*r.tools, *r.system)) for r in family.requests]
    prefix = heads[0]
    for head in heads[1:]:
        prefix = prefix[: common(prefix, head)]
    place = Place(file.name, family.requests[0].line)
    return Family(name, place, prefix, counter.count(prefix))
