"""Plan files: strict reading with limits, writing, and the check that a plan fits its target.

Used by the command line, the server and `run`; a plan from a stranger can neither run code nor
make reading it run away.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from ...ir.target import Target
from .check import check_plan
from .errors import RunError
from .nesting import MAX_DEPTH, is_too_deep
from .schema import PLAN_VERSION, Plan, Struct, TargetInfo

MAX_BYTES = 64 * 1024 * 1024
_DECODER = msgspec.json.Decoder(Plan)


def encode_plan(plan: Plan) -> bytes:
    """The plan as canonical JSON: what a file holds."""
    return msgspec.json.format(msgspec.json.encode(plan, order="deterministic"), indent=1) + b"\n"


def plan_digest(plan: Plan) -> str:
    """A hash of what the plan does: neither where it stands in its source nor what is said about it counts."""
    meaning = _without(plan, _PLACES)
    return hashlib.blake2b(
        msgspec.json.encode(meaning, order="deterministic"), digest_size=16
    ).hexdigest()


_PLACES = frozenset({"span", "source", "doc"})


def _without(part: Any, names: frozenset[str]) -> Any:
    """A part of a plan as lists, without the fields of some names. Constants of the program stay as they are."""
    if isinstance(part, Struct):
        fields = (name for name in part.__struct_fields__ if name not in names)
        return [type(part).__name__, *(_without(getattr(part, name), names) for name in fields)]
    if isinstance(part, list | tuple):
        return [_without(item, names) for item in part]
    return part


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan file."""
    path.write_bytes(encode_plan(plan))


def read_plan(path: Path) -> Plan:
    """Read a plan file. Raises RunError (SGL3001, SGL3002, SGL3004)."""
    if path.stat().st_size > MAX_BYTES:
        raise RunError("SGL3001", f"`{path}` is larger than {MAX_BYTES} bytes")
    return decode_plan(path.read_bytes(), str(path))


def decode_plan(data: bytes, name: str = "<plan>") -> Plan:
    """Decode strictly: known version, known fields, bounded depth, and only what can be executed."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if len(data) > MAX_BYTES:
        raise RunError("SGL3001", f"`{name}` is larger than {MAX_BYTES} bytes")
    if is_too_deep(data):
        raise RunError("SGL3001", f"`{name}` is nested more than {MAX_DEPTH} levels deep")
    _check_version(data, name)
    try:
        plan = _DECODER.decode(data)
    except msgspec.ValidationError as error:
        raise RunError("SGL3001", f"`{name}` is not a plan: {error}", _REBUILD) from None
    check_plan(plan)
    return plan


_REBUILD = "`sglc build FILE -o PLAN` writes it again"


class _Version(msgspec.Struct):
    version: Any = None


def _check_version(data: bytes, name: str) -> None:
    try:
        found = msgspec.json.decode(data, type=_Version).version
    except msgspec.DecodeError as error:
        what = "is cut short" if "truncated" in str(error) else "is not JSON"
        raise RunError("SGL3001", f"`{name}` {what}: {error}", _REBUILD) from None
    if found is None:
        raise RunError("SGL3001", f"`{name}` is not a plan: it has no version", _REBUILD)
    if found != PLAN_VERSION:
        raise RunError(
            "SGL3002",
            f"`{name}` has plan version {found}, this sglc reads {PLAN_VERSION}",
            _REBUILD,
        )


def as_planned(info: TargetInfo, target: Target) -> Target:
    """The target with what a plan's chat template was told."""
    return target.told(info.arguments, info.date)


def check_target(info: TargetInfo, target: Target, plan_name: str = "", source: str = "") -> None:
    """Whether the plan was built for this tokenizer and template. Raises RunError (SGL3003)."""
    template = as_planned(info, target).template_digest
    wrong = [
        what
        for what, built, given in (
            ("tokenizer", info.tokenizer, target.tokenizer.digest),
            ("chat template", info.template, template),
        )
        if built != given
    ]
    if wrong:
        command = f"sglc build {source or 'FILE'} --model {target.name} -o {plan_name or 'PLAN'}"
        raise RunError(
            "SGL3003",
            f"the plan was built for the {' and '.join(wrong)} of `{info.name}`, not of `{target.name}`",
            f"`{command}` builds it for this model",
        )
