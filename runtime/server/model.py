"""The model that is served, as protocols see it: its names, its tokenizer and its chat template."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ...ir.target import Part, Target
from .limits import Limits
from .refusal import Refusal, wrong

_MOST_ID = 1 << 31


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model under the name that clients ask for. `path`: where it came from, for clients that choose by it."""

    name: str
    target: Target
    context: int | None = None
    path: str = ""
    limits: Limits = field(default_factory=Limits)
    created: int = field(default_factory=lambda: int(time.time()))

    def check_name(self, asked: str | None) -> None:
        """Raise Refusal (404) when another model is asked for."""
        if asked is not None and asked not in (self.name, self.path):
            raise Refusal(
                404,
                "model_not_found",
                f"there is no model `{asked[:200]}` here",
                f"this server has `{self.name}`",
                param="model",
            )

    def encode(self, text: str, param: str = "prompt") -> tuple[int, ...]:
        """The ids of a raw prompt, what a text starts with included. Control tokens in it count. Raises Refusal."""
        tokenizer = self.target.tokenizer
        return self.checked(tokenizer.bos_ids + tokenizer.encode((Part(text, True),)), param)

    def checked(self, ids: tuple[int, ...], param: str = "prompt") -> tuple[int, ...]:
        """The ids, if a prompt may be so long, and ids can be what they are. Raises Refusal."""
        if ids and not 0 <= min(ids) <= max(ids) < _MOST_ID:
            raise wrong(param, f"a token id is from 0 to {_MOST_ID - 1}")
        most = self.limits.prompt_tokens
        if most is not None and len(ids) > most:
            raise wrong(
                param, f"{len(ids)} prompt tokens are more than this server takes, which is {most}"
            )
        return ids

    def text_of(self, token: int) -> str:
        """A token as text, for log probabilities; one that is part of a character as `bytes:` and its bytes."""
        said = self.target.tokenizer.token_bytes(token)
        try:
            return said.decode()
        except UnicodeDecodeError:
            return "bytes:" + "".join(f"\\x{byte:02x}" for byte in said)
