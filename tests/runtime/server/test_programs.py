"""Programs as endpoints: typed by their signatures, told of value by value, bounded, and each caller's own."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from sglc.compiler.console.failures import UsageError
from sglc.compiler.driver.compilation import Options
from sglc.compiler.driver.targets import Choice
from sglc.compiler.serving.published import Files
from sglc.compiler.serving.run_page import pages
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.target import Target
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.plan.errors import RunError
from sglc.runtime.server.app import make_app
from sglc.runtime.server.keys import Key, Keys
from sglc.runtime.server.limits import Limits
from sglc.runtime.server.model import ServedModel
from sglc.runtime.server.programs.routes import program_routes
from sglc.runtime.server.service import Service

SGL = '''\
"""Rates things."""
extern def shout(text: str) -> str

program rate(things: list[str], strict: bool = false) -> {scores: list[int], verdict: "good" | "bad", loud: str}:
    """Rates things."""
    "Rate these things."
    fork thing in things:
        " {thing}: "
        score: int = gen(max_tokens=4)
    verdict = select("good", "bad")
    loud = shout(verdict)
    return {scores: score, verdict, loud}
'''
PYTHON = '''\
import sglc


@sglc.function
def label(s, text: str, kind: str = "short"):
    """Labels a text."""
    s += "Give a " + kind + " label of: " + text + "\\n"
    s += sglc.gen("label", max_tokens=5, temperature=0)
    s += sglc.select("sure", choices=["yes", "no"])


def not_a_program(s):
    pass
'''


def shout(text: str) -> str:
    return text.upper()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rate.sgl").write_text(SGL)
    (tmp_path / "label.py").write_text(PYTHON)
    return tmp_path


def files() -> Files:
    hosts: dict[str, Callable[..., Any]] = {"shout": shout}
    return Files(lambda entry: Options(entry=entry), Choice(Target.estimating()), hosts)


def serve(
    names: Sequence[object], keys: Keys | None = None, **limits: Any
) -> Callable[..., httpx.Response]:
    """A way to ask a server of some files, over the mock."""
    target = Target.estimating()
    service = Service(
        MockBackend(target), ServedModel("mock", target, limits=Limits(**limits)), keys or Keys()
    )
    app = make_app(
        service, (program_routes(service, files().publish([str(n) for n in names]), pages()),)
    )

    def ask(method: str, path: str, **sent: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, path, timeout=30, **sent)

        return asyncio.run(once())

    return ask


def told(text: str) -> list[tuple[str, Any]]:
    """Kinds and data of server-sent events."""
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [
        (lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: ")))
        for lines in blocks
    ]


def test_a_program_answers_with_its_result_and_what_it_used(folder: Path) -> None:
    ask = serve([folder / "rate.sgl"])
    found = ask("POST", "/v1/programs/rate", json={"things": ["a", "b"]})
    assert found.status_code == 200, found.text
    result = found.json()
    assert [type(score) for score in result["scores"]] == [int, int]
    assert result["loud"] == result["verdict"].upper()
    used = json.loads(found.headers["sglc-usage"])
    assert used["calls"] == 3
    assert used["prompt_tokens"] > used["cached_tokens"] > 0


def test_a_seed_repeats_a_run(folder: Path) -> None:
    ask = serve([folder / "rate.sgl"])
    first, again = (
        ask("POST", "/v1/programs/rate?seed=3", json={"things": ["a"]}).json() for _ in range(2)
    )
    assert first == again


def test_each_value_is_told_as_it_is_produced(folder: Path) -> None:
    ask = serve([folder / "rate.sgl"])
    found = ask(
        "POST",
        "/v1/programs/rate",
        json={"things": ["a", "b"]},
        headers={"accept": "text/event-stream"},
    )
    events = told(found.text)
    kinds = [kind for kind, _ in events]
    assert kinds.count("call") == kinds.count("value") == 3
    assert kinds[-1] == "result"
    result = events[-1][1]["result"]
    values = [said for kind, said in events if kind == "value"]
    assert [said["value"] for said in values if said["name"] == "score"] == result["scores"]
    assert values[-1]["value"] == result["verdict"]
    for call in {said["call"] for said in values}:
        text = "".join(s["text"] for k, s in events if k == "text" and s["call"] == call)
        value = next(said["value"] for said in values if said["call"] == call)
        assert text.strip() in (str(value), "")
    assert events[-1][1]["usage"]["calls"] == 3


def test_a_python_function_is_served_by_its_annotations(folder: Path) -> None:
    ask = serve([folder / "label.py"])
    card = ask("GET", "/v1/programs/label").json()
    assert card["description"] == "Labels a text."
    assert card["arguments"]["required"] == ["text"]
    assert card["arguments"]["properties"]["kind"]["default"] == "short"
    assert "$prompt" not in card["result"]["properties"]
    result = ask("POST", "/v1/programs/label", json={"text": "x"}).json()
    assert set(result) == {"label", "sure", "$return"}
    assert result["sure"] in ("yes", "no")
    other = ask("POST", "/v1/programs/label", json={"text": "x", "kind": "long"}).json()
    assert other["label"] != result["label"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "SGL3602"),
        ({"things": ["a"], "more": 1}, 400, "SGL3603"),
        ({"things": "a"}, 400, "SGL3604"),
        ({"things": [1]}, 400, "SGL3604"),
        ([], 400, "invalid_type"),
        ({"things": ["a"] * 9}, 422, "SGL3209"),
        ({"things": ["a"] * 8}, 400, "SGL3109"),
    ],
)
def test_what_does_not_fit_is_refused(folder: Path, body: Any, status: int, code: str) -> None:
    ask = serve([folder / "rate.sgl"], arms=8, calls=6)
    for accept in ("application/json", "text/event-stream"):
        found = ask("POST", "/v1/programs/rate", json=body, headers={"accept": accept})
        if accept == "text/event-stream" and code == "SGL3109":
            kind, said = told(found.text)[-1]
            assert (kind, said["error"]["code"]) == ("error", code)
        else:
            assert (found.status_code, found.json()["error"]["code"]) == (status, code)


def test_a_host_function_that_fails_is_not_our_fault(folder: Path) -> None:
    (folder / "fails.sgl").write_text(SGL.replace("shout", "fail"))

    def fail(text: str) -> str:
        raise ValueError(text)

    made = Files(lambda entry: Options(entry=entry), Choice(Target.estimating()), {"fail": fail})
    target = Target.estimating()
    service = Service(MockBackend(target), ServedModel("mock", target))
    app = make_app(service, (program_routes(service, made.publish([str(folder / "fails.sgl")])),))

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post("/v1/programs/rate", json={"things": ["a"]})

    found = asyncio.run(once())
    assert (found.status_code, found.json()["error"]["code"]) == (502, "SGL3502")


def test_plans_explanations_and_pages_are_there_beforehand(folder: Path) -> None:
    ask = serve([folder / "rate.sgl"])
    assert ask("GET", "/v1/programs").json()["data"][0]["id"] == "rate"
    assert ask("GET", "/v1/programs/rate/plan").json()["entry"] == "rate"
    assert "<html" in ask("GET", "/v1/programs/rate/explain").text
    assert ask("GET", "/v1/programs/rate/explain?format=json").json()["entry"] == "rate"
    assert "rate" in ask("GET", "/v1/programs/rate/explain?format=text").text
    assert ask("GET", "/v1/programs/rate/explain?format=xml").status_code == 400
    assert "connect-src 'self'" in ask("GET", "/programs/rate").text
    assert ask("GET", "/v1/programs/other").status_code == 404


def test_the_document_has_the_signature(folder: Path) -> None:
    document = serve([folder / "rate.sgl"])("GET", "/openapi.json").json()
    operation = document["paths"]["/v1/programs/rate"]["post"]
    takes = operation["requestBody"]["content"]["application/json"]["schema"]
    assert takes["required"] == ["things"]
    gives = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(gives["properties"]) == {"scores", "verdict", "loud"}


def test_each_key_has_its_own_prefixes(folder: Path) -> None:
    keys = Keys([Key("a", "a" * 20), Key("b", "b" * 20)])
    ask = serve([folder / "label.py"], keys)
    assert ask("POST", "/v1/programs/label", json={"text": "x"}).status_code == 401
    for page in ("/", "/docs", "/programs/label"):
        shown = ask("GET", page)
        assert shown.status_code == 200
        assert "label of" not in shown.text, (
            "a page has nothing of the programs before it has a key"
        )
    found = ask(
        "POST",
        "/v1/programs/label",
        json={"text": "x"},
        headers={"authorization": "Bearer " + "b" * 20},
    )
    assert found.status_code == 200


def test_what_can_not_be_served_is_said_before_anything_is(folder: Path) -> None:
    with pytest.raises(UsageError, match="two programs are named `rate`"):
        files().publish([str(folder / "rate.sgl")] * 2)
    (folder / "empty.py").write_text("x = 1\n")
    with pytest.raises(UsageError, match="defines no program"):
        files().publish([str(folder / "empty.py")])
    (folder / "direct.py").write_text(
        PYTHON.replace("    s += sglc.select", "    exec(text)\n    s += sglc.select", 1)
    )
    with pytest.raises(CompileFailed):
        files().publish([str(folder / "direct.py")])
    with pytest.raises(UsageError, match="no program `other`"):
        files().publish([f"{folder / 'label.py'}:other"])
    plan = folder / "old.plan.json"
    plan.write_text("{}")
    with pytest.raises(RunError):
        files().publish([str(plan)])


def test_what_a_backend_can_not_do_is_refused(folder: Path) -> None:
    ask = serve([folder / "label.py"])
    for path, body in (
        ("/v1/completions", {"prompt": "a", "structured_outputs": {"grammar": 'root ::= "a"'}}),
        ("/generate", {"text": "a", "sampling_params": {"ebnf": 'root ::= "a"'}}),
    ):
        found = ask("POST", path, json=body)
        assert (found.status_code, found.json()["error"]["code"]) == (400, "SGL3104")
    whole = ask(
        "POST",
        "/v1/chat/completions",
        json={"messages": [{"role": "user", "content": "a"}], "max_tokens": 4},
    )
    assert whole.status_code == 200, "every backend answers a chat"
