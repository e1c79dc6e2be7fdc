"""Who a server with OpenAI's API is: the model that it serves, and the dialect that it speaks.

Found out when it is first asked for, from the list of its models.
"""

from __future__ import annotations

from functools import cached_property

from ..backend import BackendError
from ..transport.server import Server
from .dialects import Dialect, dialect_of
from .openai_replies import Body
from .served import Listed, Listing


class Identity:
    """What a server lists, and what the user said of it, which wins."""

    def __init__(self, server: Server, model: str | None, dialect: str | None) -> None:
        self._server, self._model, self._dialect = server, model, dialect or None

    @cached_property
    def _listed(self) -> Listed | None:
        """The model as the server describes it, else its first; one that is away is found out by the first call."""
        try:
            listed = self._server.get_now("/models", Listing)
        except BackendError:
            return None
        return next((m for m in listed.data if m.id == self._model), next(iter(listed.data), None))

    @property
    def context(self) -> int | None:
        """How many tokens the model holds, where the server says it."""
        return self._listed.max_model_len if self._listed else None

    @cached_property
    def dialect(self) -> Dialect:
        """What it says of itself there, unless it is named."""
        return dialect_of(self._dialect or (self._listed.owned_by if self._listed else ""))

    async def named(self, body: Body) -> Body:
        """The body with the model's name. Raises BackendError."""
        name = self._model or (self._listed.id if self._listed else None)
        if not name:
            await self._server.get("/models", Listing)  # says why, if the server is away
            raise BackendError("3105", "the server lists no model", "`model=` names one")
        return {"model": name} | body
