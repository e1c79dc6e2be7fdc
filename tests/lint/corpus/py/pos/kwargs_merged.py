"""Arguments of a call are merged from three tables."""

import uuid

from anthropic import Anthropic

DEFAULTS = {"model": "claude-sonnet-5", "max_tokens": 600}
RULES = "Describe paintings for people who cannot see them. " * 90


class Guide:
    def __init__(self, client: Anthropic):
        self.client = client

    def _options(self) -> dict:
        options = dict(DEFAULTS)
        options |= {"system": "\n".join([self._tag(), RULES])}
        return options

    @staticmethod
    def _tag() -> str:
        return f"<visit id='{uuid.uuid1()}'/>"  # want: PFX102

    def describe(self, name: str):
        options = self._options()
        options.update(messages=[{"role": "user", "content": name}])
        return self.client.messages.create(**options)
