"""Host and folder in a dedented head."""
import os
import platform
import textwrap

import litellm

MANUAL = "Prefer small commits. Run the tests before you say that something works. " * 60


class Coder:
    def __init__(self) -> None:
        self.log: list[dict] = []

    def head(self) -> str:
        return textwrap.dedent(
            f"""\
            You work on {platform.node()} in {os.getcwd()}.
            """  # want: PFX105 PFX201
        )

    def step(self, text: str) -> str:
        self.log.append({"role": "user", "content": text})
        response = litellm.completion(
            model="anthropic/claude-sonnet-5",
            messages=[{"role": "system", "content": self.head() + MANUAL}, *self.log],
        )
        self.log.append(response.choices[0].message.model_dump())
        return self.log[-1]["content"]
