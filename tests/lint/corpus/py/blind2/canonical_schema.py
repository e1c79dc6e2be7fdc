import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import litellm

FORM_DIR = Path("forms")
HEAD = Path("prompts/forms.md").read_text()


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=64)
def form_schema(name: str) -> str:
    return canonical(json.loads((FORM_DIR / f"{name}.json").read_text()))


def fill(name: str, letter: str) -> dict:
    r = litellm.completion(
        model="openai/gpt-4.1",
        messages=[
            {"role": "system", "content": f"{HEAD}\n\nForm:\n{form_schema(name)}"},
            {"role": "user", "content": letter},
        ],
        response_format={"type": "json_object"},
    )
    return json.loads(r.choices[0].message.content)
