"""SGLang's own front end against the server whose address is the first argument: its programs, and what it reads."""

# pyright: reportMissingImports=false, reportFunctionMemberAccess=false

import json
import sys

import sglang as sgl

URL = sys.argv[1]


@sgl.function
def turns(s, question):
    s += sgl.system("be brief")
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("answer", max_tokens=12, temperature=0))
    s += sgl.user("and?")
    s += sgl.assistant(sgl.gen("more", max_tokens=6, temperature=0, stop="\n"))


@sgl.function
def choose(s, text):
    s += "Is " + text + " a king? "
    s += sgl.select("verdict", choices=["yes", "no", "perhaps"])


@sgl.function
def shaped(s):
    s += "Age: "
    s += sgl.gen_int("age", max_tokens=8)
    s += "\nCode: "
    s += sgl.gen("code", regex="[ab]{3}", max_tokens=8)
    s += "\nRecord: "
    s += sgl.gen(
        "record",
        max_tokens=40,
        json_schema=json.dumps(
            {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
        ),
    )


@sgl.function
def arms(s, text):
    s += "About " + text + ": "
    forks = s.fork(3)
    for number, arm in enumerate(forks):
        arm += f"part {number}: "
        arm += sgl.gen("part", max_tokens=5, temperature=0)
    forks.join()
    s += "all: " + " ".join(forks[n]["part"] for n in range(3))


def main() -> None:
    backend = sgl.RuntimeEndpoint(URL)
    sgl.set_default_backend(backend)
    first, again = turns.run(question="the thin king?"), turns.run(question="the thin king?")
    assert first["answer"] == again["answer"]
    meta = again.get_meta_info("more")
    assert meta["cached_tokens"] > 0, meta
    assert choose.run(text="he")["verdict"] in ("yes", "no", "perhaps")
    state = shaped.run()
    int(state["age"])
    assert len(state["code"]) == 3
    assert set(state["code"]) <= set("ab")
    assert set(json.loads(state["record"])) == {"ok"}
    parts = arms.run(text="x")
    assert parts.error() is None
    assert "all: " in parts.text()
    states = turns.run_batch(
        [{"question": f"question number {n}"} for n in range(8)], num_threads=4
    )
    assert all(state["answer"] is not None for state in states)
    streamed = turns.run(question="the thin king?", stream=True)
    assert "".join(streamed.text_iter()) == first.text()
    scored = turns.run(question="the thin king?", return_logprob=True, top_logprobs_num=2)
    assert scored.get_meta_info("answer")["output_token_logprobs"]
    sgl.flush_cache(backend)
    assert backend.get_server_info()["served_model_name"]
    print("fine")


if __name__ == "__main__":
    main()
