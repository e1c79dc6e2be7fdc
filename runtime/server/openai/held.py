"""Text of a chat that may turn out to be a call of a tool: handed on only as far as it can't."""

from __future__ import annotations

from ...executor.streaming import overlap


class Held:
    """The text of one sample as it comes. `marker`: what calls begin with; `sent`: what was handed on."""

    def __init__(self, marker: str) -> None:
        self._marker = marker
        self._text = ""
        self.sent = ""

    def feed(self, text: str) -> str:
        """What of the text so far is certain to be no call."""
        self._text += text
        start = self._text.lstrip()
        if not start or start[0] == "{":
            return ""
        at = self._text.find(self._marker)
        end = at if at >= 0 else len(self._text) - overlap(self._text, self._marker)
        more, self.sent = self._text[len(self.sent) : end], self._text[:end]
        return more
