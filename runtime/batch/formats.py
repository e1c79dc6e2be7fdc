"""In which format the rows of a file stand: what it holds decides, not what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from ..plan.schema import PlanProgram
from .delimited import Csv
from .json_lines import JsonLines
from .parquet import Parquet
from .rows import BOM, Row, unreadable

DELIMITERS = (",", ";", "\t")
_PACKED = {
    b"\x1f\x8b": "gunzip -c",
    b"BZh91AY&SY": "bunzip2 -c",
    b"\xfd7zXZ\0": "xz -dc",
    b"\x28\xb5\x2f\xfd": "zstd -dc",
}
"""What compressed files begin with, and what unpacks them."""
_TURNED = re.compile(rb"(\0[\x20-\x7e]){2}|([\x20-\x7e]\0){2}")


class Format(Protocol):
    """A way to write rows. `name` is what messages call it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    def count(self, stream: BinaryIO) -> int:
        """How many rows a file holds. Raises RunError (SGL3607)."""
        ...

    def rows(self, stream: BinaryIO, program: PlanProgram) -> Iterator[Row]:
        """The rows of a file. Raises RunError (SGL3607)."""
        ...


_BY_SUFFIX = {".csv": "CSV", ".tsv": "CSV", ".parquet": "Parquet", ".jsonl": "JSON lines"}


def format_of(head: bytes, name: str, program: PlanProgram) -> tuple[Format, str]:
    """The format of a file that begins with `head`, and a note where its name says another.

    What a file holds decides, not what it is called. Raises RunError (SGL3607).
    """
    found = _held(head, name, program)
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    called = _BY_SUFFIX.get(suffix)
    note = (
        f"`{name}` holds {found.name}, and is read so" if called not in (None, found.name) else ""
    )
    return found, note


def _held(head: bytes, name: str, program: PlanProgram) -> Format:
    if head.startswith(b"PAR1"):
        return Parquet()
    _check_text(head, name)
    text = head.removeprefix(BOM)
    first = text.lstrip().partition(b"\n")[0].decode("utf-8", "replace").strip()
    if first == "[" or (first.startswith("[") and name.lower().endswith(".json")):
        raise unreadable(
            f"`{name}` holds one JSON array, and rows stand on lines of their own",
            f"`jq -c '.[]' {name}` writes them so",
        )
    delimiter = _delimiter(first, name, program)
    return JsonLines() if delimiter is None else Csv(delimiter)


def _check_text(head: bytes, name: str) -> None:
    for begin, unpack in _PACKED.items():
        if head.startswith(begin):
            raise unreadable(
                f"`{name}` is compressed", f"`{unpack} {name} | sglc run ... --input -` reads it"
            )
    first = head.partition(b"\n")[0]
    if (head.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" in head) or _TURNED.match(first):
        raise unreadable(f"`{name}` is UTF-16", "save it as UTF-8")
    if b"\0" in first:
        raise unreadable(f"`{name}` is no text", "rows are JSON lines, CSV or Parquet")


def _delimiter(first: str, name: str, program: PlanProgram) -> str | None:
    """What stands between the values of a CSV file; None where the first line is no header of one."""
    if not first or first[0] in "{[":
        return None
    known = {parameter.name for parameter in program.parameters}
    by_count = sorted(DELIMITERS, key=lambda each: -first.count(each))
    cells = {cell.strip().strip('"') for cell in first.split(by_count[0])}
    is_called_so = _BY_SUFFIX.get("." + name.rpartition(".")[2].lower()) == "CSV"
    if not is_called_so and not cells & known:
        return None
    return "\t" if name.lower().endswith(".tsv") and "\t" in first else by_count[0]
