"""Published chat templates with the example programs: asked as rendered, as predicted, nothing computed twice.

`make test-data` fetches them. A few that differ most are tried here; `tests/make_models.py` tries all.
"""

from pathlib import Path

import pytest
from example_programs import LIST, Example
from real_templates import judge, target_of

from sglc.runtime.models.folders import cache_folder

FETCHED = cache_folder().parent / "test-templates"
OWN = Path(__file__).parents[1] / "ir" / "target" / "templates"
TRIED = (
    "Qwen-Qwen3-0.6B", "GLM-4.6", "openai-gpt-oss-120b", "deepseek-ai-DeepSeek-V3.1",
    "meta-llama-Llama-3.1-8B-Instruct", "google-gemma-2-2b-it", "microsoft-Phi-3.5-mini-instruct",
    "NVIDIA-Nemotron-Nano-v2", "mistralai-Mistral-Nemo-Instruct-2407",
)  # fmt: skip
each_example = pytest.mark.parametrize("example", LIST, ids=lambda e: e.name)


def check(example: Example, name: str, source: str, folder: Path, level: int) -> None:
    """Hold a run to every promise, unless the template refuses the program or moves its contents."""
    found = judge(example, target_of(name, source), folder, level)
    assert found.how in ("composes", "planned", "rendered whole", "refused"), found
    if found.how == "rendered whole":
        assert not found.differs, found
    else:
        assert found.is_kept, found


@pytest.mark.slow
@each_example
@pytest.mark.parametrize("name", TRIED)
def test_a_published_template(example: Example, name: str, tmp_path: Path) -> None:
    file = FETCHED / f"{name}.jinja"
    if not file.is_file():
        pytest.skip("needs published templates: `make test-data`")
    check(example, name, file.read_text("utf-8"), tmp_path, 1)


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize(
    "example", [e for e in LIST if e.name in ("agent", "solve", "judge")], ids=lambda e: e.name
)
@pytest.mark.parametrize("name", ["thinks_first", "thinks_later", "marks_last", "trims"])
def test_a_template_of_our_own(example: Example, name: str, level: int, tmp_path: Path) -> None:
    check(example, name, (OWN / f"{name}.jinja").read_text("utf-8"), tmp_path, level)
