"""The public endpoints: a Python program runs the same on the mock, on an SGLang server and on an OpenAI one."""

import pytest
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
