"""Options that several commands share: how to compile, and for which model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from ...ir.values.numerals import whole
from ...passes.running.runner import RunOptions
from ..console.knobs import CRASH_DIR, VERIFY
from ..console.terminal import tell
from ..driver.compilation import Options
from ..driver.targets import today
from ..running.backends import BackendName, BackendOptions


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class CompileOptions:
    """How to compile."""

    level: Annotated[int, Parameter(name=["--level"], help="-O0, -O1 (default) or -O2.")] = 1
    passes: Annotated[str | None, Parameter(help="Run these passes instead of the level's.")] = None
    disable: Annotated[
        list[str] | None, Parameter(help="Leave out a pass; may be repeated.", negative=())
    ] = None
    model: Annotated[
        str | None,
        Parameter(
            name=["--model"],
            help="Model folder, GGUF file or hub name; `estimate` for none; or the name that a server gives its model.",
        ),
    ] = None

    template: Annotated[
        list[str] | None,
        Parameter(
            name=["--template"],
            help="An argument of the chat template, `enable_thinking=false`; may be repeated.",
            negative=(),
        ),
    ] = None
    day: Annotated[
        str | None,
        Parameter(
            name=["--date"],
            help="The day that the chat template sees, YYYY-MM-DD; today without it.",
        ),
    ] = None

    def driver_options(self, entry: str | None, watch: RunOptions | None = None) -> Options:
        """The driver's form of these options."""
        from ..console.failures import UsageError

        if self.level not in (0, 1, 2):
            raise UsageError(
                "SGL2020", f"there is no level -O{self.level}", "the levels are 0, 1 and 2"
            )
        return Options(
            level=self.level,
            passes=self.passes,
            disabled=tuple(name for part in self.disable or () for name in part.split(",")),
            entry=entry,
            watch=watch or watching(),
            template=dict(map(_argument, self.template or ())),
            date=_day(self.day),
        )


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """Where calls are sent."""

    backend: Annotated[
        BackendName,
        Parameter(
            help="`auto` is the server of `--base-url`, else the engine; `mock` makes answers up."
        ),
    ] = "auto"
    base_url: Annotated[
        str | None, Parameter(help="Address of a server, or of several, with commas.")
    ] = None
    api_key_env: Annotated[
        str | None, Parameter(help="Variable that holds the API key, if not the service's own.")
    ] = None
    requests_per_minute: Annotated[
        float | None, Parameter(help="How many requests a minute a server is sent at most.")
    ] = None
    tokens_per_minute: Annotated[
        float | None, Parameter(help="How many tokens a minute, asked and allowed for answers.")
    ] = None

    def backend_options(self, **local: Any) -> BackendOptions:
        """How the backend is made; `local` are options of the one in this process."""
        return BackendOptions(
            name=self.backend,
            base_url=self.base_url,
            api_key_env=self.api_key_env,
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
            **local,
        )


def _argument(given: str) -> tuple[str, Any]:
    """An argument of the chat template: JSON where it is some, text elsewhere."""
    from ..console.failures import UsageError

    name, equals, value = given.partition("=")
    if not equals or not name.isidentifier():
        raise UsageError(
            "SGL2016",
            f"`--template {given}` is no argument of a chat template",
            "`--template enable_thinking=false` is one",
        )
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _day(given: str | None) -> str:
    from ..console.failures import UsageError

    try:
        return date.fromisoformat(given).isoformat() if given else today()
    except ValueError:
        raise UsageError(
            "SGL2017", f"`--date {given}` is no day", "`--date 2026-01-31` is one"
        ) from None


def watching(
    print_after: str = "", print_changed: bool = False, dump_dir: Path | None = None
) -> RunOptions:
    """How closely the pipeline is watched, as options and environment say."""
    level = whole(VERIFY.read())
    return RunOptions(
        verify=1 if level is None else level,
        print_after=frozenset(name for name in print_after.split(",") if name),
        print_changed=print_changed,
        dump_dir=dump_dir,
        crash_dir=Path(CRASH_DIR.read()),
        write=lambda text: tell(text.removesuffix("\n")),
    )
