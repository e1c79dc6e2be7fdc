"""Running on a server from the command line: whose model is compiled for, how it is asked, what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from fake_anthropic import AnthropicServer
from fake_servers import OpenAIServer, SGLangServer, running

from sglc.compiler.cli import run
from sglc.compiler.running.backends import BackendOptions
from sglc.compiler.running.places import choose_place
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.target import ChatTemplate, Target
from sglc.ir.target.tokenizer import ESTIMATE

TARGET = Target.estimating()
CHAT = """\
program ask(topic: str) -> str:
    system: "Be brief."
    user: "Say something about {topic}."
    assistant: answer = gen(max_tokens=8)
    return answer
"""
RAW = """\
program go(topic: str) -> str:
    "A poem about {topic}:"
    answer = gen(max_tokens=8)
    return answer
"""
BEGUN = """\
program begun(topic: str) -> str:
    user: "Say something about {topic}."
    assistant:
        "It is"
        answer = gen(max_tokens=8)
    return answer
"""
OTHER = "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the server's model."""
    made = tmp_path / "their-model"
    made.mkdir()
    shutil.copy(ESTIMATE, made / "tokenizer.json")
    chatml = ChatTemplate.chatml().source
    config = {"chat_template": chatml, "eos_token": "<|im_end|>"}
    (made / "tokenizer_config.json").write_text(json.dumps(config))
    return made


def sglc(
    tmp_path: Path, source: str, server: Any, *words: str, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Run a program on a server; the exit code, and what was said on stderr."""
    file = tmp_path / "program.sgl"
    file.write_text(source)
    with running(server) as url:
        code = run(["run", str(file), "topic=rivers", "--base-url", url, *words])
    return code, capsys.readouterr().err


def asked(server: OpenAIServer) -> tuple[str, dict[str, Any]]:
    """The last call; what was asked about the tokenizer is none."""
    return [(path, body) for path, body in server.asked if path != "/tokenize"][-1]


def test_a_model_whose_files_are_here_is_asked_with_token_ids(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET, root=str(folder))
    code, said = sglc(tmp_path, CHAT, server, capsys=capsys)
    assert code == 0, said
    path, body = asked(server)
    assert path == "/v1/completions"
    assert TARGET.tokenizer.decode(body["prompt"]).startswith("<|im_start|>system\nBe brief.")
    assert body["model"] == "small"
    assert "approximate" not in said


def test_a_model_whose_files_are_not_here_is_asked_with_messages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET)
    code, said = sglc(tmp_path, CHAT, server, capsys=capsys)
    assert code == 0, said
    path, body = asked(server)
    assert path == "/v1/chat/completions"
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Say something about rivers."},
    ]
    assert "note: counts are approximate: `small` is asked with messages" in said


def test_another_model_s_template_is_never_sent(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Target("other", TARGET.tokenizer, ChatTemplate(OTHER))
    server = OpenAIServer(other, root=str(folder))
    code, said = sglc(tmp_path, CHAT, server, capsys=capsys)
    assert code == 0, said
    assert asked(server)[0] == "/v1/chat/completions"
    assert "the server's chat template is not the one in" in said


def test_a_folder_of_another_model_is_an_error_before_anything_is_asked(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET)
    server._tokenized = lambda body: {"tokens": [1, 2, 3]}  # type: ignore[method-assign]
    code, said = sglc(tmp_path, CHAT, server, "--model", str(folder), capsys=capsys)
    assert code == 1
    assert "error[SGL2034]" in said
    assert "is not the model that the server runs: their tokenizers differ" in said
    assert {path for path, _ in server.asked} == {"/tokenize"}


def test_a_server_that_shows_nothing_is_believed_and_that_is_said(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET, shows=False)
    code, said = sglc(tmp_path, CHAT, server, "--model", str(folder), capsys=capsys)
    assert code == 0, said
    assert asked(server)[0] == "/v1/completions"
    assert "the server does not show its chat template" in said


def test_a_server_s_own_template_is_taken_where_it_shows_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Target("other", TARGET.tokenizer, ChatTemplate(OTHER))
    server = OpenAIServer(other, owner="llamacpp")
    code, said = sglc(tmp_path, CHAT, server, capsys=capsys)
    assert code == 0, said
    path, body = asked(server)
    assert path == "/v1/completions"
    assert body["prompt"] == "[system]Be brief.[user]Say something about rivers."


def test_a_program_without_turns_needs_no_template(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET)
    code, said = sglc(tmp_path, RAW, server, capsys=capsys)
    assert code == 0, said
    assert asked(server)[1]["prompt"] == "A poem about rivers:"


def test_what_messages_can_t_say_is_an_error_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET, owner="somebody")
    code, said = sglc(tmp_path, BEGUN, server, capsys=capsys)
    assert code == 1
    assert "program.sgl:5:18: error[SGL3104]" in said
    assert "can't continue an assistant turn that has begun" in said
    assert "help: one `gen` for the whole turn" in said
    assert server.asked == []


def test_a_turn_that_has_begun_is_continued_where_the_server_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET)
    code, said = sglc(tmp_path, BEGUN, server, capsys=capsys)
    assert code == 0, said
    assert asked(server)[1]["continue_final_message"]


@pytest.mark.parametrize(
    ("model", "right"), [("big", True), ("small", True), ("tiny", False), (None, False)]
)
def test_one_of_several_models_is_named(
    model: str | None, right: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET, models=("small", "big"))
    words = ("--model", model) if model else ()
    code, said = sglc(tmp_path, CHAT, server, *words, capsys=capsys)
    if right:
        assert asked(server)[1]["model"] == model
    else:
        assert code == 1
        assert "help: `--model` names one of `small`, `big`" in said
        assert server.asked == []


@pytest.mark.parametrize("backend", ["vllm", "litellm", "openai"])
def test_a_backend_by_name(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET)
    code, said = sglc(tmp_path, CHAT, server, "--backend", backend, capsys=capsys)
    assert code == 0, said
    assert asked(server)[0] == "/v1/chat/completions"


def test_an_sglang_server_says_which_model_it_runs(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Native(SGLangServer):
        """Runs the model of the folder."""

        def get(self, path: str) -> Any:
            return {"model_path": str(folder)} if path == "/get_model_info" else super().get(path)

    server = Native(TARGET)
    code, said = sglc(tmp_path, CHAT, server, "--backend", "sglang", capsys=capsys)
    assert code == 0, said
    assert all("input_ids" in body for _, body in server.asked[1:])


KEY = "sk-0123456789"


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (("--backend", "vllm"), {"VLLM_API_KEY": KEY}),
        (("--backend", "openai"), {"OPENAI_API_KEY": KEY}),
        (("--backend", "litellm"), {"LITELLM_API_KEY": KEY}),
        (("--api-key-env", "MINE"), {"MINE": KEY, "OPENAI_API_KEY": "sk-another-one"}),
    ],
)
def test_a_key_is_read_where_the_service_s_clients_read_it(
    words: tuple[str, ...],
    variables: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    server = OpenAIServer(TARGET)
    trace = tmp_path / "t.jsonl"
    code, said = sglc(tmp_path, CHAT, server, *words, "--trace", str(trace), capsys=capsys)
    assert code == 0, said
    assert {headers["Authorization"] for headers in server.headers} == {f"Bearer {KEY}"}
    assert KEY not in said + trace.read_text()


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_service_that_needs_a_key_says_so_before_anything_else(name: Any) -> None:
    with pytest.raises(CompileFailed) as caught:
        choose_place(BackendOptions(name=name), "some-model", {})
    (problem,) = caught.value.diagnostics
    assert problem.code == "SGL2035"
    assert f"{name.upper()}_API_KEY" in problem.headline


def test_a_variable_that_is_named_must_be_set() -> None:
    with pytest.raises(CompileFailed) as caught:
        choose_place(BackendOptions(name="vllm", api_key_env="MINE"), None, {"VLLM_API_KEY": "x"})
    assert "`MINE` is not set" in caught.value.diagnostics[0].headline


def test_nobody_there() -> None:
    with pytest.raises(CompileFailed) as caught:
        choose_place(BackendOptions(name="vllm", base_url="http://127.0.0.1:9"), None, {})
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.helps) == ("SGL2034", ("`--base-url` names a running server",))


CHOICE = """\
program pick(topic: str) -> {kind: str, size: int}:
    user: "What is {topic}?"
    assistant: kind = select("a thing", "a place"METHOD)
    user: "How large?"
    assistant: size: int = gen(max_tokens=40)
    return {kind, size}
"""


@pytest.mark.parametrize("owner", ["vllm", "somebody"])
def test_choices_and_types_are_asked_in_the_server_s_own_words(
    owner: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET, owner=owner)
    source = CHOICE.replace("METHOD", "")
    code, said = sglc(tmp_path, source, server, "--backend", "openai", capsys=capsys)
    assert code == 0, said
    assert "program.sgl:3:23: warning[SGL3903]: `openai` gives no log probabilities" in said
    bodies = [body for path, body in server.asked if path == "/v1/chat/completions"]
    word = "structured_outputs" if owner == "vllm" else "response_format"
    assert [word in body for body in bodies] == [True, True]
    assert bodies[1]["messages"][1]["content"] in ("a thing", "a place")


def test_a_method_that_needs_scores_is_refused_before_the_first_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = OpenAIServer(TARGET)
    source = CHOICE.replace("METHOD", ', method="unconditional_likelihood_normalized"')
    code, said = sglc(tmp_path, source, server, capsys=capsys)
    assert code == 1
    assert "error[SGL3104]: `openai` can't score choices by" in said
    assert server.asked == []


def test_anthropic_is_asked_in_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    server = AnthropicServer(TARGET)
    words = ("--backend", "anthropic", "--model", "claude-opus-4-8")
    code, said = sglc(tmp_path, CHAT, server, *words, capsys=capsys)
    assert code == 0, said
    ((path, body),) = server.asked
    assert (path, body["model"]) == ("/v1/messages", "claude-opus-4-8")
    assert server.headers[0]["x-api-key"] == KEY
    assert "takes no temperature" in said
