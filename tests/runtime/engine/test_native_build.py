"""What is kept of a build: damage is noticed, failures are remembered, and no compiler outlives its time."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch")

from sglc.runtime.engine.native import build, kept

Compiler = Callable[[str], Path]
SOURCE = "int answer(void) { return 42; }\n"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of libraries: empty, of the user's own, for a small source and any processor."""
    source = tmp_path / "source.c"
    source.write_text(SOURCE)
    monkeypatch.setattr(build, "SOURCES", (source,))
    monkeypatch.setattr(build, "FLAGS", ("-shared", "-fPIC"))
    monkeypatch.setattr(build, "_processor", lambda: [build.NEEDED])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "sglc" / "kernels"


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compiler:
    """Puts a shell script in the place of the compiler, which notes its runs."""

    def make(script: str) -> Path:
        runs = tmp_path / "runs"
        path = tmp_path / "cc"
        path.write_text(f"#!/bin/sh\necho run >> {runs}\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(build.shutil, "which", lambda _: str(path))
        return runs

    return make


def load() -> object:
    """As a new process would."""
    return build.library.__wrapped__()


def libraries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.so"))


def test_a_library_is_named_after_what_it_holds(folder: Path) -> None:
    assert load() is not None
    (path,) = libraries(folder)
    assert list(folder.iterdir()) == [path]
    assert load() is not None
    assert libraries(folder) == [path]


def cut(data: bytes) -> bytes:
    return data[:1000]


def empty(data: bytes) -> bytes:
    return b""


def change_a_bit(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def put_another_in_its_place(data: bytes) -> bytes:
    return Path("/bin/sh").read_bytes()


@pytest.mark.parametrize("damage", [cut, empty, change_a_bit, put_another_in_its_place])
def test_a_damaged_library_is_noticed_and_built_again(
    folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    assert load() is not None
    (path,) = libraries(folder)
    whole = path.read_bytes()
    path.unlink()  # this process has mapped it
    path.write_bytes(damage(whole))
    path.chmod(0o700)
    library = load()
    assert library is not None
    assert library.answer() == 42  # type: ignore[attr-defined]
    (again,) = libraries(folder)
    assert again.read_bytes() == whole


def test_a_library_of_another_source_is_not_taken_for_it(folder: Path) -> None:
    assert load() is not None
    (other,) = libraries(folder)
    build.SOURCES[0].write_text(SOURCE.replace("42", "43"))
    library = load()
    assert library is not None
    assert library.answer() == 43  # type: ignore[attr-defined]
    assert other in libraries(folder)


@pytest.mark.parametrize("script", ["echo no >&2; exit 1", "sleep 60 & sleep 60", "kill -9 $$"])
def test_a_build_that_fails_is_not_tried_again(
    folder: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(build, "SECONDS", 0.3)
    runs = compiler(script)
    started = time.monotonic()
    assert [load() for _ in range(3)] == [None] * 3
    assert time.monotonic() - started < 10
    assert runs.read_text() == "run\n"
    (left,) = folder.iterdir()
    assert left.suffix == ".failed"
    build.SOURCES[0].write_text("int other;")  # another source is another build
    assert load() is None
    assert runs.read_text() == "run\n" * 2
    os.utime(left, (1, 1))  # long ago
    build.SOURCES[0].write_text(SOURCE)
    assert load() is None
    assert runs.read_text() == "run\n" * 3


def test_a_compiler_that_hangs_is_ended_with_its_children(
    folder: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(build, "SECONDS", 0.5)
    compiler(f"sleep 77 & echo $! > {tmp_path}/child; wait")
    assert load() is None
    child = int((tmp_path / "child").read_text())
    late = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < late:
        time.sleep(0.01)
    assert not is_alive(child)
    assert "0.5 seconds" in next(folder.glob("*.failed")).read_text()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_can_be_tried_again_is_not_remembered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is no fault of the source."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(kept.os, "fsync", full)
        assert load() is None
    assert list(folder.iterdir()) == []
    assert load() is not None
