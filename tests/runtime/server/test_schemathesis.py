"""Requests made from the OpenAPI document by schemathesis, good and bad: none ends in a fault of ours.

`SGLC_SCHEMATHESIS` names its command; it is not installed with the rest. `SGLC_PHASES` picks some of its phases,
`SGLC_EXAMPLES` how many requests it makes up for each operation.
"""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from example_programs import EXAMPLES

from sglc.compiler.driver.compilation import Options
from sglc.compiler.driver.targets import Choice
from sglc.compiler.serving.published import Files
from sglc.runtime.server.programs.routes import program_routes
from sglc.runtime.server.service import Service

from .conftest import ask, running


@pytest.mark.slow
def test_no_request_ends_in_a_fault(make_service: Callable[..., Service], tmp_path: Path) -> None:
    command = os.environ.get("SGLC_SCHEMATHESIS")
    if not command:
        pytest.skip("`SGLC_SCHEMATHESIS` names no command")
    service = make_service(request_s=20)
    files = Files(lambda entry: Options(entry=entry), Choice(service.model.target), {})
    programs = files.publish([str(EXAMPLES / "triage.sgl"), str(EXAMPLES / "python" / "judge.py")])
    with running(service, routers=(program_routes(service, programs),)) as url:
        words = [
            command,
            "run",
            f"{url}/openapi.json",
            "--checks",
            "not_a_server_error",
            "--seed",
            "7",
        ]
        words += [
            "--max-examples",
            os.environ.get("SGLC_EXAMPLES", "20"),
            "--request-timeout",
            "30",
        ]
        words += ["--phases", os.environ.get("SGLC_PHASES", "examples,coverage,fuzzing,stateful")]
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=1800, check=False, cwd=tmp_path
        )
        assert done.returncode == 0, done.stdout[-4000:]
        assert re.search(r"\d+ passed", done.stdout), done.stdout[-2000:]
    faults = [
        line for line in ask(service, "GET", "/metrics").text.splitlines() if 'status="500"' in line
    ]
    assert faults == []
