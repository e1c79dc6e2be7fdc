"""A link to the session is part of a tool's description."""

import anthropic

client = anthropic.Anthropic()
RULES = "Review changes to a parser. " * 100


class Session:
    def __init__(self, identity: str):
        self.session_id = identity
        self.history: list[dict] = []

    def tools(self) -> list[dict]:
        link = f"https://review.example/s/{self.session_id}"  # want: PFX305 PFX104 PFX201
        return [
            {
                "name": "publish",
                "description": f"Publishes the review. Refer to {link} in it.",
                "input_schema": {"type": "object", "properties": {"text": {"type": "string"}}},
            }
        ]

    def ask(self, text: str):
        self.history.append({"role": "user", "content": text})
        return client.messages.create(
            model="claude-sonnet-5",
            max_tokens=900,
            system=RULES,
            tools=self.tools(),
            messages=self.history,
        )
