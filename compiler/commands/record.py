"""`sglc record`: run a Python program, and keep the requests that it sends to models."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from cyclopts import Parameter

from ..console.failures import UsageError
from ..console.outputs import check_outputs

_CUSTOMIZE = """
import os

try:
    from sglc.compiler.lint.record import record_everything
except ImportError as error:
    print(f"sglc record: nothing is kept: {error}")
else:
    record_everything(os.environ["SGLC_RECORD_TO"])
"""


def record(output: Path, *command: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Run a Python program, and keep the requests that it sends through httpx.

    Parameters
    ----------
    output
        The log, JSON lines; requests are appended.
    command
        The program and its arguments: `sglc record calls.jsonl -- app.py --port 8000`.
    """
    words = list(command[1:] if command[:1] == ("--",) else command)
    if not words:
        raise UsageError(
            "SGL2063", "there is no program to run", "`sglc record calls.jsonl -- app.py`"
        )
    check_outputs({"the log": output}, [Path(word) for word in words if Path(word).is_file()])
    with TemporaryDirectory(prefix="sglc-") as scratch:
        (Path(scratch) / "sitecustomize.py").write_text(_CUSTOMIZE, encoding="utf-8")
        path = os.pathsep.join(
            [scratch, *(p for p in sys.path if p), os.environ.get("PYTHONPATH", "")]
        )
        env = {**os.environ, "PYTHONPATH": path, "SGLC_RECORD_TO": os.path.realpath(output)}
        return subprocess.run([sys.executable, *words], env=env, check=False).returncode
