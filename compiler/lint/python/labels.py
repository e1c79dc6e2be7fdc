"""What the name of a value says of it: whose it is, and how long it stays the same."""

from __future__ import annotations

import re
from functools import lru_cache

from ..finding import Cause, Place
from ..layout import REQUEST, SESSION, TURN, USER
from .sources.forms import is_request_id
from .taints import NONE, Taint, Taints
from .values import Opaque

_USER = re.compile(
    r"(^|[._])(user|customer|tenant|account|member|guest|reader|patient|student|profile|visitor|shopper|caller"
    r"|employee|client_name|org|organisation|organization|workspace|company|owner|person|traveller|traveler|learner"
    r"|applicant|claimant|passenger|policyholder|resident|citizen|pupil|donor|insured|merchant|driver|rider"
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


def names_session(name: str) -> bool:
    """Whether a name is that of a session's id."""
    return bool(_SESSION.search(name.lower()))


def is_constant(name: str) -> bool:
    """Whether a name is a constant's by the way it is written."""
    last = name.rpartition(".")[2]
    return len(last) > 2 and last.isupper()
