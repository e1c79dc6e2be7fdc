"""All families that the installed transformers can continue text with: equal, or refused by name; none wrong."""

from pathlib import Path

import pytest
from families import families, judge

# What the installed library itself can't build from its own configuration.
UNBUILT = {"dbrx"}


@pytest.mark.slow
@pytest.mark.parametrize("name", families())
def test_a_family_answers_as_in_its_library_or_is_refused_by_name(
    name: str, tmp_path: Path
) -> None:
    verdict = judge(name, tmp_path)
    if verdict.how == "unsettled":
        assert name in {"dots3_note", "dots3_note_text"}, verdict.why
    elif verdict.how == "not built":
        assert name in UNBUILT, verdict.why
    else:
        assert verdict.how in ("equal", "refused"), verdict.why
    if verdict.how == "refused":
        assert verdict.is_early, f"{name} is refused only when it is tried: {verdict.why}"
