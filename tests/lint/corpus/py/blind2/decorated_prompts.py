"""All prompt builders register here."""
import functools
from datetime import datetime
from pathlib import Path

import litellm

PROMPTS: dict[str, callable] = {}


def prompt(name: str):
    def register(fn):
        @functools.wraps(fn)
        def dated(*args, **kwargs) -> str:
            body = fn(*args, **kwargs)
            return f"<!-- {name} {datetime.now():%H:%M} -->\n{body}"  # want: PFX101 PFX201

        PROMPTS[name] = dated
        return dated

    return register


@prompt("grading")
def grading_prompt(level: str) -> str:
    return Path(f"prompts/grading_{level}.md").read_text()


@prompt("feedback")
def feedback_prompt(level: str) -> str:
    return Path(f"prompts/feedback_{level}.md").read_text()


def call(name: str, level: str, essay: str) -> str:
    r = litellm.completion(
        model="anthropic/claude-sonnet-4-5",
        messages=[
            {"role": "system", "content": PROMPTS[name](level)},  # want: PFX101 PFX201
            {"role": "user", "content": essay},
        ],
    )
    return r.choices[0].message.content
