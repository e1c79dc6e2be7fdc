"""The house stands as pyproject.toml says: packages, folders and links agree, and the door stays light."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = ("compiler", "ir", "lang", "passes", "runtime")
HEAVY = ("torch", "triton", "flashinfer", "transformers", "xgrammar")


def folders_with_code() -> set[str]:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("__init__.py")]
    return {"sglc." + ".".join(file.parent.relative_to(ROOT).parts) for file in files}


def run_python(code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT / "src", capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_every_folder_is_a_listed_package() -> None:
    listed = {"sglc", "sglc.test"} | folders_with_code()
    assert set(SETTINGS["tool"]["setuptools"]["packages"]) == listed


def test_every_python_file_is_in_a_package() -> None:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    assert [file for file in files if not (file.parent / "__init__.py").exists()] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_link_leads_to_the_folder(folder: str) -> None:
    link = ROOT / "src" / "sglc" / folder
    assert link.is_symlink()
    assert link.readlink() == Path("..", "..", folder)
    assert SETTINGS["tool"]["setuptools"]["package-dir"][f"sglc.{folder}"] == folder


def test_the_root_is_a_bare_docstring() -> None:
    """pytest imports it under the checkout's name: whatever it imports would be loaded twice."""
    lines = (ROOT / "__init__.py").read_text().strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith('"""')


def test_the_version_is_the_same_everywhere() -> None:
    import sglc

    assert sglc.__version__ == SETTINGS["project"]["version"]


def test_every_public_name_exists() -> None:
    import sglc

    assert [name for name in sglc.__all__ if not hasattr(sglc, name)] == []
    with pytest.raises(AttributeError, match="no_such_name"):
        sglc.no_such_name  # noqa: B018


@pytest.mark.parametrize(
    "module", ["sglc", "sglc.runtime.models.folders", "sglc.runtime.plan.schema"]
)
def test_a_light_module_leaves_torch_alone(module: str) -> None:
    loaded = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY})))"
    assert run_python(loaded) == ""


def test_structure_md_has_one_line_per_module() -> None:
    script = "import runpy; print(runpy.run_path('../docs/make_structure.py')['page']())"
    expected = run_python(script)
    assert (ROOT / "docs" / "structure.md").read_text().strip() == expected, "run `make bless`"


def test_every_module_says_what_it_is() -> None:
    page = (ROOT / "docs" / "structure.md").read_text()
    assert [line for line in page.splitlines() if line.endswith("`:")] == []


def test_every_file_that_the_map_names_is_there() -> None:
    """`a/b.py`, `c.py` in one cell of docs/architecture.md: the second stands beside the first."""
    missing: list[str] = []
    folder = ROOT
    for name in re.findall(
        r"`([\w./]+\.(?:py|md|json|sglir)|[\w./]+/)`",
        (ROOT / "docs" / "architecture.md").read_text(),
    ):
        file = ROOT / name if "/" in name.rstrip("/") or (ROOT / name).exists() else folder / name
        folder = file.parent
        missing += [] if file.exists() else [name]
    assert missing == []


def test_commands_print_through_one_door() -> None:
    """`console/terminal.py` keeps control characters and credentials from terminals; nothing goes past it."""
    past = re.compile(r"\bprint\(|sys\.(?:stdout|stderr)\.(?:write|buffer)")
    rooms = ("commands", "console", "running", "serving")
    files = [file for room in rooms for file in (ROOT / "compiler" / room).glob("*.py")]
    files += [ROOT / "compiler" / "cli.py"]
    found = {file.name for file in files if past.search(_code(file))}
    assert found <= {"terminal.py"}


def _code(file: Path) -> str:
    """A file without what stands in it for other programs."""
    return re.sub(r'_CUSTOMIZE = """.*?"""', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
