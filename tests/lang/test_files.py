"""Imports and files that a program reads: found, bounded to its folder, and never in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.ir.diagnostic import CompileFailed
from sglc.ir.text.printer import print_module
from sglc.lang import compile_source, load_file, source_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "rules.md").write_bytes(b"Be brief.\r\n")
    (tmp_path / "lib" / "shared.sgl").write_text(
        'text RULES = file("rules.md")\n'
        "type Label = {name: str}\n"
        "extern pure def look(x: str) -> str\n\n"
        "extern total def log(x: str)\n\n"
        'prompt intro(x: str):\n    "Intro {x}"\n\n'
        "program label(x: str) -> Label:\n    use intro(look(x))\n    name = gen()\n    return {name}\n",
        encoding="utf-8",
    )
    return tmp_path


def write(folder: Path, text: str, name: str = "main.sgl") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def codes(path: Path) -> list[str]:
    return [d.code for d in compile_source(source_of(path), path)[1]]


def test_everything_of_a_module_can_be_used(folder: Path) -> None:
    path = write(
        folder,
        'import "lib/shared.sgl" as shared\n\n'
        "program main(x: str) -> shared.Label:\n"
        '    "{shared.RULES}"\n    shared.RULES\n    use shared.intro(x)\n'
        "    r: shared.Label = shared.label(x=x)\n    return r\n",
    )
    module, found = load_file(path)
    assert found == []
    text = print_module(module)
    assert {program.name for program in module.programs} == {"main", "shared.label"}
    assert [fragment.name for fragment in module.fragments] == ["shared.intro"]
    assert [extern.name for extern in module.externs] == ["look"]
    assert '"Be brief.\\nBe brief.\\n"' in text or text.count('"Be brief.\\n"') == 2


def test_what_is_not_used_is_not_lowered(folder: Path) -> None:
    path = write(folder, 'import "lib/shared.sgl" as shared\n\nprogram main():\n    shared.RULES\n')
    module, _ = load_file(path)
    assert [program.name for program in module.programs] == ["main"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('import "lib/shared.sgl" as s\n\nprogram p():\n    s.RULE\n', ["SGL0106"]),
        ('import "lib/shared.sgl" as s\n\nprogram p(x: s.Labl):\n    "x"\n', ["SGL0105"]),
        ('import "lib/shared.sgl" as s\n\nprogram p():\n    use s.intr("x")\n', ["SGL0106"]),
        ('import "lib/shard.sgl" as s\n\nprogram p():\n    s.RULES\n', ["SGL0025"]),
        ('text A = file("lib/rules.mb")\n\nprogram p():\n    A\n', ["SGL0025"]),
        ('text A = file("../x.md")\n', ["SGL0026"]),
        ('text A = file("/etc/passwd")\n', ["SGL0026"]),
        ('text A = file("lib")\n', ["SGL0025"]),
        ('text A = file("a\\0b")\n', ["SGL0026"]),
        ('import "main.sgl" as me\n', ["SGL0027"]),
        ('import "{x}.sgl" as me\n', ["SGL0214"]),
    ],
)
def test_mistakes(folder: Path, text: str, expected: list[str]) -> None:
    assert codes(write(folder, text)) == expected


def test_did_you_mean_for_files(folder: Path) -> None:
    path = write(folder, 'text A = file("lib/rule.md")\n')
    diagnostic = compile_source(source_of(path), path)[1][0]
    assert diagnostic.helps == ("there is a file `rules.md`",)


def test_a_circle_of_three(folder: Path) -> None:
    write(folder, 'import "b.sgl" as b\n', "a.sgl")
    write(folder, 'import "c.sgl" as c\n', "b.sgl")
    write(folder, 'import "a.sgl" as a\n', "c.sgl")
    found = compile_source(source_of(folder / "a.sgl"), folder / "a.sgl")[1]
    assert [d.code for d in found] == ["SGL0027"]
    assert found[0].labels[0].text == "a.sgl -> b.sgl -> c.sgl -> a.sgl"


def test_a_file_imported_twice_is_loaded_once(folder: Path) -> None:
    write(folder, 'import "lib/shared.sgl" as s\n\nprogram b():\n    use s.intro("b")\n', "b.sgl")
    path = write(
        folder,
        'import "b.sgl" as b\nimport "lib/shared.sgl" as s\n\n'
        'program a():\n    use s.intro("a")\n    x = 1\n\nprogram c():\n    b.b()\n',
    )
    module, _ = load_file(path)
    assert [fragment.name for fragment in module.fragments] == ["b.s.intro"]


def test_errors_of_an_imported_file_stand_in_that_file(folder: Path) -> None:
    write(folder, "program x():\n    nope\n", "broken.sgl")
    path = write(folder, 'import "broken.sgl" as b\n\nprogram p():\n    b.x()\n')
    found = compile_source(source_of(path), path)[1]
    assert [str(d.span).rsplit("/", 1)[-1] for d in found] == ["broken.sgl:2:5"]


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path_factory) -> None:
    secret = tmp_path_factory.mktemp("outside") / "secret.md"
    secret.write_text("secret", encoding="utf-8")
    (folder / "link.md").symlink_to(secret)
    assert codes(write(folder, 'text A = file("link.md")\n')) == ["SGL0026"]


def test_not_utf8(folder: Path) -> None:
    (folder / "bad.md").write_bytes(b"\xff\xfe")
    assert codes(write(folder, 'text A = file("bad.md")\n')) == ["SGL0028"]
    (folder / "bad.sgl").write_bytes(b"\xff\xfe")
    with pytest.raises(CompileFailed) as failure:
        load_file(folder / "bad.sgl")
    assert failure.value.diagnostics[0].code == "SGL0028"
    assert codes(write(folder, 'import "bad.sgl" as bad\n')) == ["SGL0028"]
