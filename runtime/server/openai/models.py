"""`/v1/models`: the one model that is served."""

from __future__ import annotations

from typing import Any

from ..model import ServedModel


def card(model: ServedModel) -> dict[str, Any]:
    """The model as an entry of the list."""
    return {
        "id": model.name,
        "object": "model",
        "created": model.created,
        "owned_by": "sglc",
        "root": model.path or model.name,
        "max_model_len": model.context,
    }


def listing(model: ServedModel) -> dict[str, Any]:
    """The list of all models."""
    return {"object": "list", "data": [card(model)]}
