"""Any decoder from transformers, in the faster of two ways in which it answers as it does in its library.

Our attention takes a whole batch at once, where every layer calls it and asks for nothing else. Otherwise the model
attends by itself, over keys and values in our pool. Which way is found out on a tiny model of the same kind, before any
weight is read, and tried again on the model itself. What answers otherwise in both ways is refused by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText
from transformers.utils import logging

from .likeness import Text, distance, limit, texts_of
from .model import Model, ModelUnsupported
from .own_attention import OwnAttentionModel
from .recurrent import RecurrentModel
from .registered_attention import NAME, RegisteredModel
from .rotations import Span, settle
from .shrunken import CONTEXT, NotShrunken, shrunken, tiny_model

WAYS = (
    "our attention",
    "its own attention",
    "from checkpoints of its state",
    "from checkpoints, token by token",
)


def load(
    folder: Path, dtype: torch.dtype, device: torch.device, context: int | None = None
) -> Model:
    """Load a model folder through transformers. Raises ModelUnsupported, mostly before weights are read."""
    config = read(folder)
    ways = ways_of(config, context)
    was_shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        loaded, said = _class_of(config).from_pretrained(
            folder, dtype=dtype, attn_implementation="eager", output_loading_info=True
        )
    except Exception as error:  # a family's own code has been at work
        raise ModelUnsupported(f"transformers can't load its weights: {_line(error)}") from error
    finally:
        if was_shown:
            logging.enable_progress_bar()
    _check_complete(said)
    return adopt(loaded.to(device).eval(), context, ways)


def _check_complete(said: dict[str, Any]) -> None:
    """Transformers makes up what a file lacks, and goes on."""
    lacking = sorted(map(str, said.get("missing_keys") or ()))
    if lacking:
        more = f" and {len(lacking) - 1} more weights are" if len(lacking) > 1 else " is"
        raise ModelUnsupported(f"`{lacking[0]}`{more} not in its files")


def read(folder: Path) -> Any:
    """The configuration of a folder. Raises ModelUnsupported."""
    try:
        return AutoConfig.from_pretrained(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
        raise ModelUnsupported(
            f"transformers can't read the config.json of `{folder}`: {error}"
        ) from error


def ways_of(config: Any, context: int | None) -> tuple[str, ...]:
    """In which ways a tiny model of this kind answers as it should. Raises ModelUnsupported where in none."""
    text = text_part(config)
    try:
        small = tiny_model(shrunken(text), _class_of(text).from_config)
    except (NotShrunken, ModelUnsupported):
        return WAYS[
            1:
        ]  # its own attention knows of windows and chunks, which a short trial of the real one can't show
    asked = CONTEXT if context is not None and context > _original(text) else None
    return _ways(small, asked)


def text_part(config: Any) -> Any:
    """The configuration of the decoder alone, where the library has a class for that; else the whole one."""
    text = config.get_text_config(decoder=True)
    return text if type(text) in AutoModelForCausalLM._model_mapping else config


def adopt(loaded: Any, context: int | None = None, ways: tuple[str, ...] = WAYS) -> Model:
    """Run a loaded model in the first of these ways in which it answers as it should. Raises ModelUnsupported."""
    texts, span = _expected(loaded, context)
    reasons: list[str] = []
    for way in ways:
        try:
            return _tried(loaded, way, texts, span)
        except ModelUnsupported as error:
            reasons.append(str(error))
    raise ModelUnsupported(f"`{loaded.config.model_type}` is not supported: {'; '.join(reasons)}")


def _ways(loaded: Any, context: int | None) -> tuple[str, ...]:
    texts, span = _expected(loaded, context)
    good: list[str] = []
    reasons: list[str] = []
    for way in reversed(WAYS):  # ours is put into the model, and comes last
        try:
            _tried(loaded, way, texts, span)
            good.insert(0, way)
        except ModelUnsupported as error:
            reasons.append(str(error))
    if not good:
        raise ModelUnsupported(
            f"`{loaded.config.model_type}` is not supported: {'; '.join(reasons)}"
        )
    return tuple(good)


def _expected(loaded: Any, context: int | None) -> tuple[list[Text], Span]:
    """What the library's own forward says, before anything of it is changed but what a long context asks for."""
    name = loaded.config.model_type
    try:
        with torch.inference_mode():
            span = settle(loaded, context)
            vocab = loaded.get_input_embeddings().weight.shape[0]
            return texts_of(loaded, span, vocab), span
    except ModelUnsupported:
        raise
    except Exception as error:
        raise ModelUnsupported(
            f"`{name}` can't be asked with a text alone: {_line(error)}"
        ) from error


def _tried(loaded: Any, way: str, texts: list[Text], span: Span) -> Model:
    try:
        with torch.inference_mode():
            model: Model = _made(loaded, way, span)
            worst = distance(model, texts)
    except ModelUnsupported as error:
        raise ModelUnsupported(f"{way}: {error}") from error
    except Exception as error:  # whatever a family's own code makes of it
        raise ModelUnsupported(f"{way}: {_line(error)}") from error
    if not worst <= limit(loaded.dtype):
        raise ModelUnsupported(f"{way}: it answers otherwise than in transformers (by {worst:.2g})")
    return model


def _made(loaded: Any, way: str, span: Span) -> Model:
    if way == WAYS[0]:
        loaded.set_attn_implementation(NAME)
        ours = RegisteredModel(loaded, span.context)
        ours.check_masks()
        return ours
    loaded.set_attn_implementation("eager")
    if way == WAYS[1]:
        return OwnAttentionModel(loaded, span.context)
    return RecurrentModel(loaded, span.context, by_token=way == WAYS[3])


def _class_of(config: Any) -> Any:
    """Which of the library's classes loads a model of a configuration: the one that it names, else the plain one."""
    mappings: dict[Any, Any] = {
        each: each._model_mapping for each in (AutoModelForCausalLM, AutoModelForImageTextToText)
    }
    known = [each for each, mapping in mappings.items() if type(config) in mapping]
    if not known:
        raise ModelUnsupported(f"`{config.model_type}` is no model that continues text")
    named = getattr(config, "architectures", None) or ()
    return next(
        (each for each in known if mappings[each][type(config)].__name__ in named), known[0]
    )


def _original(config: Any) -> int:
    rope = getattr(config, "rope_parameters", None) or {}
    found = rope.get("original_max_position_embeddings")
    return found if isinstance(found, int) else 1 << 60


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0]}"
