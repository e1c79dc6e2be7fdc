"""The public endpoints: a Python program runs the same on the mock, on an SGLang server and on an OpenAI one."""

import pytest
from fake_anthropic import AnthropicServer
from fake_servers import OpenAIServer, SGLangServer, running

import sglc as sgl
from sglc.ir.target import Target

TARGET = Target.estimating()


@sgl.function
def triage(s, document):
    s += sgl.system("You read documents.")
    s += sgl.user("Document:\n" + document + "\nWhat is it?")
    s += sgl.assistant(sgl.select("label", choices=["report", "contract"]))
    forks = s.fork(2)
    forks += sgl.user("Say more.")
    forks[0] += sgl.assistant(sgl.gen("short", max_tokens=6, temperature=0))
    forks[1] += sgl.assistant(sgl.gen("long", max_tokens=12, temperature=0))
    forks.join()


@pytest.mark.parametrize("mode", ["compiled", "direct"])
def test_an_sglang_server_says_what_the_mock_says(mode):
    with sgl.Mock() as mock:
        wanted = triage.run("A text.", backend=mock, mode=mode)
    with running(SGLangServer(TARGET)) as url:
        with sgl.RuntimeEndpoint(url, model="estimate") as server:
            state = triage.run("A text.", backend=server, mode=mode)
            assert state.error() is None
            assert state.text() == wanted.text()
            assert {n: state[n] for n in wanted.keys()} == {n: wanted[n] for n in wanted.keys()}
            meta = state.get_meta_info("short")
            assert meta is not None
            assert meta["cached_tokens"] > 0
            sgl.flush_cache(server)


def test_an_openai_server_is_asked_with_turns():
    @sgl.function
    def asks(s, question):
        s += sgl.system("Be brief.")
        s += sgl.user(question)
        s += sgl.assistant(sgl.gen("answer", max_tokens=8, temperature=0))

    with running(OpenAIServer(TARGET)) as url:
        with sgl.OpenAI("small", is_chat_model=True, base_url=url + "/v1") as server:
            assert server.is_chat
            state = asks.run("Why?", backend=server)
            assert state.error() is None
            assert isinstance(state["answer"], str)


@sgl.function
def briefly(s, question):
    s += sgl.system("Be brief.")
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("answer", max_tokens=8))
    s += sgl.user("Is that so?")
    s += sgl.assistant(sgl.select("sure", choices=["yes", "no"]))


@pytest.mark.parametrize("mode", ["compiled", "direct"])
def test_a_model_of_anthropics_keeps_its_system_turn(mode):
    service = AnthropicServer(TARGET)
    with running(service) as url:
        with sgl.Anthropic("claude-opus-4-8", base_url=url, lifetime="1h") as backend:
            state = briefly.run("Why?", backend=backend, mode=mode)
    assert state.error() is None
    assert state["sure"] in ("yes", "no")
    bodies = [body for _, body in service.asked]
    assert len(bodies) == 2
    assert all("Be brief." in str(body["system"]) for body in bodies)


@pytest.mark.parametrize("mode", ["compiled", "direct"])
def test_a_litellm_proxy_is_found_where_its_variables_say(mode, monkeypatch):
    proxy = OpenAIServer(TARGET, owner="openai")
    with running(proxy) as url:
        monkeypatch.setenv("LITELLM_PROXY_API_BASE", url)
        monkeypatch.setenv("LITELLM_PROXY_API_KEY", "secret")
        with sgl.LiteLLM("small") as backend:
            state = briefly.run("Why?", backend=backend, mode=mode)
    assert state.error() is None
    assert [path for path, _ in proxy.asked] == ["/v1/chat/completions"] * 2
    assert {body["model"] for _, body in proxy.asked} == {"small"}
    assert proxy.headers[-1]["Authorization"] == "Bearer secret"


def test_a_service_without_a_key_says_which_variable_holds_it(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    with pytest.raises(sgl.CompileFailed, match="ANTHROPIC_API_KEY") as failed:
        sgl.Anthropic("claude-opus-4-8")
    assert failed.value.diagnostics[0].code == "SGL2035"
    assert "`api_key=` gives one" in failed.value.diagnostics[0].helps[0]
    with pytest.raises(TypeError, match="`openai` has no option `verfy`; `verify` is one"):
        sgl.OpenAI("small", base_url="http://127.0.0.1:9", verfy=False)


def test_plain_text_is_sent_where_no_target_is_known():
    """Ids of an estimate mean nothing to a server that takes ids."""
    with running(server := OpenAIServer(TARGET)) as url:
        with sgl.OpenAI("small", is_chat_model=False, base_url=url) as backend:

            @sgl.function
            def goes_on(s):
                s += "Once upon" + sgl.gen("rest", max_tokens=4)

            assert goes_on.run(backend=backend).error() is None
    assert server.asked[-1][1]["prompt"] == "Once upon"


def test_the_default_backend_is_used_and_can_be_taken_back():
    with sgl.Mock() as mock:
        sgl.set_default_backend(mock)
        try:
            assert triage.run("A text.")["label"] in ("report", "contract")
            assert sgl.get_server_info()["backend"] == "mock"
            sgl.flush_cache()
        finally:
            sgl.set_default_backend(None)
    with pytest.raises(TypeError, match="a backend is made by"):
        sgl.set_default_backend("http://localhost")  # type: ignore[arg-type]
