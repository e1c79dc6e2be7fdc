"""Files that commands write: whole or not at all, and never in the place of what they must not replace."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from faults import Disk, failing, full_after

from sglc.compiler.cli import run
from sglc.compiler.console import outputs
from sglc.compiler.console.failures import UsageError
from sglc.compiler.console.outputs import check_outputs, write_file

OLD, NEW = b"what was there", b"what is there now, and more of it"


def listing(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def assert_refused(words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A command that would write over something says so, and changes no file."""
    before = listing(folder)
    assert run(words) == 2
    assert "error[SGL2081]" in capsys.readouterr().err
    assert listing(folder) == before


@pytest.mark.parametrize("size", range(0, len(NEW), 4))
@pytest.mark.parametrize("old", [OLD, None])
def test_a_disk_that_is_full_after_any_byte_loses_nothing(
    tmp_path: Path, size: int, old: bytes | None
) -> None:
    path = tmp_path / "out"
    if old is not None:
        path.write_bytes(old)
    before = listing(tmp_path)
    with full_after(size), pytest.raises(OSError, match="large") as failed:
        write_file(path, NEW)
    assert failed.value.filename == str(path)
    assert listing(tmp_path) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("name", ["fdopen", "fchmod", "fsync", "replace"])
def test_a_fault_at_any_call_loses_nothing(tmp_path: Path, name: str, code: int) -> None:
    path = tmp_path / "out"
    path.write_bytes(OLD)
    with failing(outputs, Disk((name,), 0, code)), pytest.raises(OSError) as failed:  # noqa: PT011
        write_file(path, NEW)
    assert (failed.value.errno, failed.value.filename) == (code, str(path))
    assert listing(tmp_path) == {"out": OLD}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755])
def test_the_mode_is_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "out"
    path.write_bytes(OLD)
    path.chmod(mode)
    write_file(path, NEW)
    assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) == (mode, NEW)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(OLD)
    os.chown(path, 1234, 5678)
    path.chmod(0o640)
    write_file(path, NEW)
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 5678, 0o640)


def test_a_new_file_has_the_mode_that_the_process_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "out", NEW)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path, is_there: bool) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "out.part").write_bytes(b"a neighbour")
    (tmp_path / "link").symlink_to(there / "out")
    if is_there:
        (there / "out").write_bytes(OLD)
    write_file(tmp_path / "link", NEW)
    assert (tmp_path / "link").is_symlink()
    assert listing(there) == {"out": NEW, "out.part": b"a neighbour"}
    assert sorted(os.listdir(tmp_path)) == ["link", "there"]


def test_a_device_and_a_pipe_are_written_to(tmp_path: Path) -> None:
    write_file(Path("/dev/null"), NEW)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    write_file(pipe, NEW)
    reader.join()
    assert found == [NEW]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_another_process_has_open_is_added_to(tmp_path: Path) -> None:
    """`/dev/stderr` may lead to a file: it is no file of ours."""
    with (tmp_path / "log").open("wb") as log:
        log.write(OLD)
        log.flush()
        write_file(Path(f"/dev/fd/{log.fileno()}"), NEW)
    assert (tmp_path / "log").read_bytes() == OLD + NEW
    assert os.listdir(tmp_path) == ["log"]


def refused(outs: Mapping[str, Path | None], ins: list[Path]) -> str:
    with pytest.raises(UsageError) as failed:
        check_outputs(outs, ins)
    return f"{failed.value.code}: {failed.value.message}"


def test_what_is_read_is_never_written(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(OLD)
    (tmp_path / "link").symlink_to(tmp_path / "in")
    (tmp_path / "hard").hardlink_to(tmp_path / "in")
    (tmp_path / "folder").mkdir()
    read = tmp_path / "in"
    for name in ("in", "link", "hard", "folder/../in"):
        found = refused({"--output": tmp_path / name}, [read])
        assert found == f"SGL2081: `--output` `{tmp_path / name}` is `{read}`, which is read"
    both = {"--output": tmp_path / "a", "--trace": tmp_path / "folder" / ".." / "a"}
    assert "is where `--output` goes" in refused(both, [])
    assert "stdout is where" in refused({"--output": Path("-"), "--trace": Path("-")}, [])
    assert refused({"-o": tmp_path / "folder"}, []).startswith("SGL2080")
    check_outputs({"--output": Path("/dev/null"), "--trace": Path("/dev/null")}, [Path("-")])


def test_a_folder_that_is_not_there_is_known_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_outputs({"--output": tmp_path / "none" / "out"}, [])


COMMANDS = {
    "build": ("build", "in.sgl", "-o", "in.sgl"),
    "explain": ("explain", "in.sgl", "-o", "in.sgl"),
    "run": ("run", "in.sgl", "--output", "in.sgl"),
    "run, its trace": ("run", "in.sgl", "--trace", "in.sgl"),
    "run, its rows": ("run", "in.sgl", "--input", "rows.jsonl", "--output", "rows.jsonl"),
    "run, its journal": (
        "run",
        "in.sgl",
        "--input",
        "rows.jsonl",
        "--output",
        "o",
        "--trace",
        "o.journal",
    ),
    "explain, its rows": ("explain", "in.sgl", "--input", "rows.jsonl", "-o", "rows.jsonl"),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_no_command_writes_over_what_it_reads(
    case: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.sgl").write_text("program tip():\n    a = gen(max_tokens=3)\n    return a\n")
    Path("rows.jsonl").write_text("{}\n")
    assert_refused([*COMMANDS[case], "--model", "estimate"], tmp_path, capsys)


MADE_OF = {
    "build, an import": ("build", "in.sgl", "-o", "lib.sgl"),
    "build, a text": ("build", "in.sgl", "-o", "notes.md"),
    "build, a text of an import": ("build", "in.sgl", "-o", "more.md"),
    "build, another file": ("build", "other.sgl", "in.sgl", "-o", "lib.sgl"),
    "explain, a text": ("explain", "in.sgl", "-o", "notes.md"),
    "run, an import": ("run", "in.sgl", "--output", "lib.sgl"),
    "run, a text": ("run", "in.sgl", "--trace", "notes.md"),
    "run, a program with an error": ("run", "broken.sgl", "--output", "lib.sgl"),
    "test": ("test", "in.sgl", "--junit", "lib.sgl"),
    "test, a folder": ("test", ".", "--junit", "in.sgl"),
    "lint": ("lint", "app.py", "-o", "app.py"),
    "lint, a folder": ("lint", ".", "-o", "in.sgl"),
    "record": ("record", "app.py", "--", "app.py"),
}


@pytest.mark.parametrize("case", MADE_OF)
def test_no_command_writes_over_what_its_program_is_made_of(
    case: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    program = "program tip():\n    a = gen(max_tokens=3)\n    return a\n"
    Path("in.sgl").write_text(f'import "lib.sgl" as lib\ntext N = file("notes.md")\n{program}')
    Path("lib.sgl").write_text('text T = file("more.md")\n')
    Path("other.sgl").write_text(program)
    Path("broken.sgl").write_text(f'import "lib.sgl" as lib\n{program}    return b\n')
    for name in ("notes.md", "more.md", "app.py"):
        Path(name).write_text("x = 1\n")
    more = ("--model", "estimate") if case.split(",")[0] in ("run", "explain", "build") else ()
    assert_refused([*MADE_OF[case], *more], tmp_path, capsys)


LOOPS = (
    ("build", "loop.sgl"),
    ("explain", "loop.sgl"),
    ("run", "loop.sgl"),
    ("test", "loop.sgl"),
    ("fmt", "loop.sgl"),
    ("lint", "loop.sgl"),
    ("run", "in.sgl", "--host", "loop.sgl"),
    ("run", "in.sgl", "--input", "loop.sgl", "--output", "out"),
    ("run", "in.sgl", "--input", "rows.jsonl", "--output", "loop.sgl"),
    ("run", "in.sgl", "--trace", "loop.sgl"),
)


@pytest.mark.parametrize("words", LOOPS)
def test_a_link_that_leads_to_itself_is_named(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop.sgl").symlink_to("loop.sgl")
    Path("in.sgl").write_text("program tip():\n    a = gen(max_tokens=3)\n")
    Path("rows.jsonl").write_text("{}\n")
    more = {"run": ("--model", "estimate", "--backend", "mock")}.get(words[0], ())
    assert run([*words, *more]) == 2
    said = "".join(capsys.readouterr())
    assert "`loop.sgl`" in said
    assert "Too many levels of symbolic links" in said


def test_fmt_writes_aside_and_renames(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.sgl"
    file.write_text("program a():\n  return 1\n")
    file.chmod(0o640)
    with full_after(10):
        assert run(["fmt", str(file)]) == 2
    assert "too large" in capsys.readouterr().err
    assert file.read_text() == "program a():\n  return 1\n"
    assert run(["fmt", str(file)]) == 0
    assert file.read_text() == "program a():\n    return 1\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["a.sgl"]
