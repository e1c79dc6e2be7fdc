"""`find_by(items, field, value)`: the field is known when a program is compiled, and so is its type."""

from __future__ import annotations

from ....ir.types import ListType, RecordType, Type
from ...syntax import nodes as s
from ..suggest import closest
from ..types import joined
from ..unknown_names import listed
from .inference import Inference


def check_lookup(asked: Inference, args: list[s.Expr], kinds: list[Type]) -> None:
    """Check that the records have the field, and that it can have the value."""
    record = kinds[0].item if isinstance(kinds[0], ListType) else None
    field = asked.constant(args[1])
    if not isinstance(record, RecordType) or not isinstance(field, str):
        if isinstance(record, RecordType) and field is None:
            asked.reporter.report("SGL0214", args[1].span, "the field of `find_by` is a plain text",
                                  help=f"its records have {listed([name for name, _ in record.fields])}")  # fmt: skip
        return
    found = record.field(field)
    if found is None:
        _unknown_field(asked, args[1], field, record)
    elif joined(found, kinds[2]) is None:
        asked.reporter.report("SGL0206", args[2].span, f"`{found}` and `{kinds[2]}` are never equal",
                              help=f"field `{field}` is `{found}`")  # fmt: skip


def _unknown_field(asked: Inference, place: s.Expr, field: str, record: RecordType) -> None:
    names = [name for name, _ in record.fields]
    near = closest(field, names)
    asked.reporter.report(
        "SGL0107", place.span, f"unknown field `{field}`", f"not a field of `{record}`",
        help=f"there is a field `{near}`" if near else f"its fields are {listed(names)}",
    )  # fmt: skip
