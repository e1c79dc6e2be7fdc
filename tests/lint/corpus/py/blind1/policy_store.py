import hashlib
from functools import lru_cache
from pathlib import Path

from openai import OpenAI

client = OpenAI()
ROOT = Path("policies")


@lru_cache(maxsize=1)
def policy_text() -> str:
    parts = []
    for path in sorted(ROOT.rglob("*.txt")):
        parts.append(f"[{path.relative_to(ROOT).as_posix()}]\n{path.read_text().strip()}")
    return "\n\n".join(parts)


def cache_key() -> str:
    return "policy-" + hashlib.sha256(policy_text().encode()).hexdigest()[:12]


def check(contract: str) -> str:
    response = client.responses.create(
        model="gpt-4.1",
        instructions=policy_text(),
        input=[{"role": "user", "content": contract}],
        prompt_cache_key=cache_key(),
    )
    return response.output_text
