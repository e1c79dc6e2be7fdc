"""Every code of the runtime has a page."""

import re
from pathlib import Path

import pytest

from sglc.compiler.console.rules import codes
from sglc.runtime.backend import BackendError
from sglc.runtime.executor.asking.modelcall import as_run_error
from sglc.runtime.plan.errors import CODES

RUNTIME = Path(__file__).parent.parent.parent / "runtime"


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_a_page(code):
    assert code in codes()


def test_every_code_that_is_raised_is_in_the_table():
    files = RUNTIME.rglob("*.py")
    used = {code for file in files for code in re.findall(r'"(SGL3[0-9]{3})"', file.read_text())}
    assert {code for code in used if not code.startswith("SGL34")} <= set(CODES)


def test_why_a_call_may_succeed_later_is_in_the_record_of_its_row():
    error = BackendError("3105", "busy", transient="rate limit", retry_after=2.0)
    assert as_run_error(error).record.transient == "rate limit"
    assert as_run_error(BackendError("3102", "no such schema")).record.transient == ""
