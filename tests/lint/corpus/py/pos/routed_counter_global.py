"""A number that each call moves on says which server is asked."""

import litellm

SERVERS = ("http://one:8000/v1", "http://two:8000/v1", "http://three:8000/v1")
RULES = "Check the bill of quantities against the drawings. " * 80
_asked = 0


def _server() -> str:
    global _asked
    _asked += 1
    return SERVERS[_asked % len(SERVERS)]


def check(history: list[dict], bill: str) -> str:
    r = litellm.completion(
        model="hosted_vllm/qwen3",
        base_url=_server(),  # want: PFX607
        messages=[{"role": "system", "content": RULES}, *history, {"role": "user", "content": bill}],
    )
    return r.choices[0].message.content
