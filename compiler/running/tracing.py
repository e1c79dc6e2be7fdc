"""The trace of a run in a file or on stdout, with the texts that its token ids stand for.

A trace is no reason to lose a run: what can't be written is an error at the end.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TextIO

from ...ir.target import Tokenizer
from ...runtime.trace.records import CallRecord, Header, Record, TraceWriter, with_texts
from ..console.outputs import is_file, is_stdout, naming
from ..console.terminal import write_out


class TraceFile:
    """A sink that writes each record as it comes; `-` is stdout. Use it in a `with` block, which raises OSError."""

    def __init__(self, path: Path, header: Header, tokenizer: Tokenizer) -> None:
        self._path, self._header, self._tokenizer = path, header, tokenizer
        self._failed: OSError | None = None

    def __enter__(self) -> TraceFile:
        with naming(self._path):
            self._stream = _Stdout() if is_stdout(self._path) else _opened(self._path)
            self._writer = TraceWriter(self._stream)
        self.add(self._header)
        return self

    def add(self, record: Record) -> None:
        """Write one record; once that has failed, nothing more."""
        if self._failed is not None:
            return
        if isinstance(record, CallRecord):
            record = with_texts(record, self._tokenizer.decode)
        try:
            with naming(self._path):
                self._writer.add(record)
        except OSError as error:
            self._failed = error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with naming(self._path):
                self._stream.close()
        except OSError as failure:
            self._failed = self._failed or failure
        if self._failed is not None and error is None:
            raise self._failed


def _opened(path: Path) -> TextIO:
    """A file anew; what another process may have open is only added to."""
    return path.open("w" if is_file(path) else "a", encoding="utf-8")


class _Stdout:
    """As much of a text stream as a trace needs."""

    def write(self, text: str) -> int:
        write_out(text)
        return len(text)

    def close(self) -> None:
        pass
