"""`/get_model_info` and `/server_info`: what the server says of itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ...backend import Backend
from ..model import ServedModel


def of_model(model: ServedModel) -> dict[str, Any]:
    """The model, as SGLang's clients read it; they choose a chat template by its path."""
    return {
        "model_path": model.path or model.name,
        "tokenizer_path": model.path or model.name,
        "served_model_name": model.name,
        "is_generation": True,
        "max_model_len": model.context,
        "has_image_understanding": False,
    }


def of_server(model: ServedModel, backend: Backend) -> dict[str, Any]:
    """The model, the limits and the work so far. No secret stands in it."""
    metrics = getattr(backend, "metrics", None)
    return {
        **of_model(model),
        "backend": backend.name,
        "tokenizer_digest": model.target.tokenizer.digest,
        "template_digest": model.target.template_digest,
        "limits": asdict(model.limits),
        "metrics": metrics().as_dict() if metrics else {},
    }
