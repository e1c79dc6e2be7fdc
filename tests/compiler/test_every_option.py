"""Every command with every option, once each: it does what its help says, and no option is left untried."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fake_servers import OpenAIServer, running
from tiny_models import save_tiny, save_tokenizer

from sglc.compiler.cli import COMMANDS, make_app, run
from sglc.ir.target import Target

PROGRAM = """\
extern def today() -> str

program greet(name: str, times: int = 1) -> {day: str, answer: str}:
    day = today()
    "On {day}, say hello to {name} {times * (1 + 1)} times:"
    answer = gen(max_tokens=4, temperature=0.5)
    return {day, answer}

test "it greets":
    mock answer = "hello"
    mock today() = "Monday"
    r = greet(name="Ada")
    expect r.answer == "hello"

test "it knows the day":
    mock today() = "Monday"
    r = greet(name="Ada")
    expect r.day == "Monday"
"""
UNTIDY = 'program f()->str:\n    "Hi"\n    x=gen()\n    return x\n'
HOSTS = 'def today() -> str:\n    return "Monday"\n'
BREAKS = """\
from datetime import datetime
from openai import OpenAI

RULES = "You are a careful clerk of a small harbour, and answer in one line. " * 60


def ask(question: str) -> str:
    messages = [
        {"role": "system", "content": f"Now is {datetime.now()}. {RULES}"},
        {"role": "user", "content": question},
    ]
    reply = OpenAI().chat.completions.create(model="gpt-5", messages=messages)
    return reply.choices[0].message.content
"""
FILES = {
    "greet.sgl": PROGRAM,
    "untidy.sgl": UNTIDY,
    "hosts.py": HOSTS,
    "breaks.py": BREAKS,
    "rows.jsonl": '{"name": "Ada"}\n{"name": "Bob", "times": 2}\n',
}


@dataclass(frozen=True)
class Case:
    """A command line; what must be on stdout or stderr (a pattern) and in the files that it leaves behind."""

    line: str
    shows: str = ""
    code: int = 0
    leaves: dict[str, str] = field(default_factory=dict)


HOST = "--host hosts.py"
ESTIMATE = "--model estimate"
MOCK = f"{ESTIMATE} --backend mock {HOST}"
CASES = [
    Case(f"build greet.sgl {ESTIMATE} -o made.plan.json", leaves={"made.plan.json": '"greet"'}),
    Case(f"build greet.sgl {ESTIMATE} --emit none"),
    Case(f"build greet.sgl {ESTIMATE} --emit ir", r"program @greet"),
    Case(f"build greet.sgl {ESTIMATE} --emit none --print-after inline", r"inline"),
    Case(f"build greet.sgl {ESTIMATE} --emit none --print-changed", r"program @greet"),
    Case(f"build greet.sgl {ESTIMATE} --emit none --dump-dir dumped", leaves={"dumped": ""}),
    Case(f"build greet.sgl {ESTIMATE} --level 0 --emit none"),
    Case(f"build greet.sgl {ESTIMATE} --passes inline,plan-retention --emit none"),
    Case(f"build greet.sgl {ESTIMATE} --disable move-code --emit none"),
    Case(f"explain greet.sgl {ESTIMATE}", r"Prefix tree"),
    Case(f"explain greet.sgl {ESTIMATE} --format json -o made.json", leaves={"made.json": "greet"}),
    Case(f"explain greet.sgl {ESTIMATE} --format html --output made.html", leaves={"made.html": "<html"}),
    Case(f"explain greet.sgl {ESTIMATE} --format mermaid", r"flowchart"),
    Case(f"explain greet.sgl {ESTIMATE} --why", r"[Dd]eclined|move-code|Passes"),
    Case(f"explain greet.sgl {ESTIMATE} --diff O0", r"O0"),
    Case(f"explain greet.sgl {ESTIMATE} --target vllm --assume name=300", r"vllm"),
    Case(f"explain greet.sgl --input rows.jsonl --analyze {MOCK}", r"measured|prefilled"),
    Case(f"explain greet.sgl {ESTIMATE} --level 2 --passes inline --disable inline"),
    Case(f"run greet.sgl name=Ada {MOCK}", r'"day":"Monday"'),
    Case(f"run greet.sgl --input rows.jsonl --output out.jsonl {MOCK}", r"2 rows", leaves={"out.jsonl": '"row":1'}),
    Case(f"run greet.sgl --input rows.jsonl --output out.jsonl --resume {MOCK}", r"2 rows"),
    Case(f"run greet.sgl name=Ada --trace t.jsonl --seed 7 {MOCK}", leaves={"t.jsonl": '"type":"call"'}),
    Case(f"run greet.sgl name=Ada {MOCK} --no-prefix-cache", r"cached 0"),
    Case(f"run greet.sgl --input rows.jsonl {MOCK} --no-wait-for-siblings", r"2 rows"),
    Case(f"run greet.sgl name=Ada --level 0 --passes inline --disable inline {MOCK}", r"Monday"),
    Case(f"run greet.sgl name=Ada --model MODEL --backend engine --dtype float32 {HOST}", r"Monday"),
    Case(f"run greet.sgl name=Ada {ESTIMATE} --backend openai --base-url SERVER/v1 {HOST}", r"Monday"),
    Case(f"run greet.sgl name=Ada --base-url SERVER --api-key-env PATH --requests-per-minute 60 {HOST}", r"Monday"),
    Case(f"run greet.sgl name=Ada --base-url SERVER --tokens-per-minute 9000 {HOST}", r"Monday"),
    Case(f"run greet.sgl name=Ada --base-url SERVER --tokens-per-minute 0 {HOST}", r"SGL2036", code=1),
    Case("explain greet.sgl --backend openai --base-url SERVER --api-key-env PATH", r"Prefix tree"),
    Case("explain greet.sgl --base-url SERVER --requests-per-minute 9 --tokens-per-minute 9", r"Prefix"),
    Case(f"run greet.sgl --input rows.jsonl --output out.jsonl --retry-failed {MOCK}", r"2 rows"),
    Case(f"run greet.sgl name=Ada --show-prompts {MOCK}", r"say hello to Ada"),
    Case(f"run greet.sgl name=Ada --template wordy=true --date 2026-02-03 {MOCK}", r"Monday"),
    Case(f"explain greet.sgl --template wordy=true --date 2026-02-03 {ESTIMATE}", r"Prefix tree"),
    Case(f"build greet.sgl --template wordy=true --date 2026-02-03 --emit none {ESTIMATE}"),
    Case(f"test greet.sgl {HOST} {ESTIMATE} --seed 3", r"2 passed"),
    Case(f"test greet.sgl {HOST} --only day --verbose", r"it knows the day"),
    Case(f"test greet.sgl {HOST} --junit made.xml", leaves={"made.xml": "<testsuite"}),
    Case("fmt untidy.sgl --check", r"untidy.sgl", code=1),
    Case("fmt untidy.sgl --diff", r"\+ +x = gen\(\)", code=1),
    Case("fmt untidy.sgl", leaves={"untidy.sgl": "    x = gen()"}),
    Case("rules", r"SGL101|101"),
    Case("rules --json", r"^\["),
    Case("rule SGL2020", r"SGL2020"),
    Case("passes", r"move-code"),
    Case("passes --name inline", r"inline"),
    Case("targets", r"vllm"),
    Case("targets --name anthropic --format json", r'"name": "anthropic"'),
    Case("models", r"."),
    Case("env", r"SGLC_CRASH_DIR"),
    Case("lint breaks.py --no-cache", r"breaks.py:\d+", code=1),
    Case("lint breaks.py --no-cache --format json --no-redact", r"harbour|breaks.py", code=1),
    Case("lint breaks.py --no-cache --format sarif -o made.sarif", code=1, leaves={"made.sarif": "2.1.0"}),
    Case("lint breaks.py --no-cache --select PFX101 --extend-select PFX102 --ignore PFX101"),
    Case("lint breaks.py --no-cache --severity PFX101=warning --fail-on error --preview", r"."),
    Case("lint breaks.py --no-cache --target vllm --model MODEL", r"breaks.py", code=1),
    Case("lint breaks.py --no-cache --baseline base.json", r"."),
    Case("lint breaks.py --no-cache --lock my.lock --update-lock", r"1 famil", code=1, leaves={"my.lock": ""}),
    Case("lint breaks.py --no-cache --exclude breaks.py"),
    Case("lint breaks.py --no-cache --fix"),
    Case("lint breaks.py --no-cache --unsafe-fixes --diff"),
    Case("record --output log.jsonl hosts.py"),
]  # fmt: skip
ELSEWHERE = {
    ("lint", "--against"): "tests/lint, in a repository of its own",
    (
        "serve",
        "",
    ): "tests/runtime/server and tests/compiler/test_serve.py: it serves until it is ended",
    ("lsp", ""): "tests/compiler/test_lsp.py",
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tokenizer(save_tiny(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(OpenAIServer(Target.estimating())) as url:
        yield url


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of the cases, to stand in."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.line[:60])
def test_it_runs(
    case: Case, place: Path, model: Path, server: str, capfd: pytest.CaptureFixture[str]
) -> None:
    line = case.line.replace("MODEL", str(model)).replace("SERVER", server)
    code = run(line.split())
    out, err = capfd.readouterr()
    assert code == case.code, err
    assert "Traceback" not in err
    assert re.search(case.shows, out + err, re.MULTILINE), out + err
    for name, text in case.leaves.items():
        made = place / name
        assert made.exists()
        assert text in ("" if made.is_dir() else made.read_text(encoding="utf-8"))


def options() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every command with the spellings of each of its options; a command without any has one empty entry."""
    app = make_app()
    for command in COMMANDS:
        found = app[command.name].assemble_argument_collection()
        named = [each.names for each in found if each.names and each.names[0].startswith("-")]
        yield from ((command.name, names) for names in named or [("",)])


def test_every_option_is_in_a_case() -> None:
    written = {
        (words[0], word) for case in CASES for words in [case.line.split()] for word in ["", *words]
    }
    positional = {("build", "--file"), ("explain", "--file"), ("run", "--file"), ("rule", "--code")}
    known = written | set(ELSEWHERE) | positional
    missing = [
        (command, names)
        for command, names in options()
        if (command, "") not in ELSEWHERE and not any((command, name) in known for name in names)
    ]
    assert missing == []
