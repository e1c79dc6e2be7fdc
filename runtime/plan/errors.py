"""What can go wrong while a program runs: one exception, one record, one table of codes.

Everything under `runtime/` raises `RunError`; a batch turns it into the `ErrorRecord` of its row.
"""

from __future__ import annotations

from .schema import SourceSpan, Struct

CODES: dict[str, str] = {
    "SGL3001": "the plan file is not a whole plan",
    "SGL3002": "the plan has another version",
    "SGL3003": "the plan was built for another tokenizer or chat template",
    "SGL3004": "the plan refers to something that it does not hold",
    "SGL3005": "a trace or journal file cannot be read",
    "SGL3101": "the prompt is longer than the model's context",
    "SGL3102": "the backend cannot use this constraint",
    "SGL3103": "the backend has no memory for this call",
    "SGL3104": "the backend cannot do what the program asks for",
    "SGL3105": "the backend failed",
    "SGL3106": "the backend was closed",
    "SGL3107": "the prompt is empty",
    "SGL3108": "a token id is none of the model's",
    "SGL3109": "a run makes too many calls",
    "SGL3110": "an image can't be read",
    "SGL3201": "a constrained value was cut short",
    "SGL3202": "constrained output is not of its declared type",
    "SGL3203": "a loop or fork runs over something that is not a list",
    "SGL3204": "an expression takes too many steps",
    "SGL3205": "a select has nothing to choose from",
    "SGL3206": "a value cannot be kept apart from the chat template",
    "SGL3207": "a sampling parameter has a value that it cannot have",
    "SGL3208": "the chat template writes a conversation in another way than planned",
    "SGL3209": "a fork has too many arms",
    "SGL3301": "an index is out of range",
    "SGL3302": "a record has no such field",
    "SGL3303": "a division by zero",
    "SGL3304": "a value has the wrong type",
    "SGL3305": "a value is too large",
    "SGL3306": "a function is unknown or called with the wrong arguments",
    "SGL3307": "a result is not a finite number",
    "SGL3308": "a text is not JSON",
    "SGL3501": "a host function is not bound",
    "SGL3502": "a host function raised an exception",
    "SGL3503": "a host function returned another type than it declares",
    "SGL3601": "a row is not a JSON object",
    "SGL3602": "a parameter is missing",
    "SGL3603": "a parameter is unknown",
    "SGL3604": "a parameter has the wrong type",
    "SGL3605": "the journal belongs to another run",
    "SGL3606": "the run was cancelled",
    "SGL3607": "a file of rows cannot be read",
    "SGL3608": "another process has the journal",
    "SGL3901": "a loop ended at its limit",
    "SGL3902": "a value holds control text, and the backend takes text alone",
    "SGL3903": "a choice was made by the model's answer, and not by scores",
    "SGL3999": "an internal error; this is a defect of sglc",
}
"""What the codes mean; 34xx are those of `models.py`."""


class ErrorRecord(Struct, frozen=True):
    """An error as data: what a failed row and a failed call carry.

    `line`: the line of the input file, for errors of a row. `also`: further codes and messages of the same row.
    `transient`: why the same may succeed later (`runtime.backend.Transient`); empty where it would fail again.
    """

    code: str
    message: str
    help: str = ""
    span: SourceSpan | None = None
    line: int | None = None
    also: list[str] = []
    transient: str = ""

    def __str__(self) -> str:
        where = f"{self.span.file}:{self.span.line}:{self.span.column}: " if self.span else ""
        return f"{where}error[{self.code}]: {self.message}"


class RunError(Exception):
    """A run that cannot go on. `span` is the place in the program, once it is known.

    `transient`: why the same run may succeed later (`runtime.backend.Transient`); empty where it would fail again.
    """

    def __init__(
        self,
        code: str,
        message: str,
        help: str = "",
        span: SourceSpan | None = None,
        *,
        transient: str = "",
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.help, self.span = code, message, help, span
        self.transient = transient

    def located(self, span: SourceSpan | None) -> RunError:
        """This error, placed at `span` unless a narrower place is already known."""
        self.span = self.span or span
        return self

    @property
    def record(self) -> ErrorRecord:
        """The error as data."""
        return ErrorRecord(self.code, self.message, self.help, self.span, transient=self.transient)

    def __str__(self) -> str:
        return str(self.record) + (f"\nhelp: {self.help}" if self.help else "")
