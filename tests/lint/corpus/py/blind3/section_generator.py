from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

from openai import OpenAI


def sections(profile: str) -> Iterator[str]:
    yield f"[trace {uuid.uuid1()}]"  # want: PFX102 PFX201
    for name in ("role", "policy", "format"):
        yield Path("profiles", profile, f"{name}.md").read_text().strip()


class Drafter:
    def __init__(self, profile: str):
        self.profile = profile
        self.client = OpenAI()

    def __call__(self, brief: str) -> str:
        response = self.client.responses.create(
            model="gpt-4.1",
            instructions="\n\n".join(sections(self.profile)),  # want: PFX102 PFX201
            input=brief,
        )
        return response.output_text


draft_press_release = Drafter("press")
draft_tender = Drafter("tender")
