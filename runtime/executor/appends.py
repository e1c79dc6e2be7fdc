"""Steps that make a prompt from a prompt. They send nothing."""

from __future__ import annotations

from ...ir.target import Tokenizer
from ...ir.target.turns import Trim
from ...ir.values.image_bytes import source_of
from ...ir.values.operations import text_form
from ..plan.errors import RunError
from ..plan.schema import (
    EchoStep,
    ImageStep,
    InsertStep,
    MarkSpan,
    RootStep,
    TextStep,
    TurnStep,
)
from .echoes import echoed
from .instance import Frame, Run
from .prompts import PromptState


def bind_root(tokenizer: Tokenizer, frame: Frame, step: RootStep) -> None:
    """The empty prompt."""
    frame.registers[step.out] = PromptState.start(tokenizer, step.bos, step.node, frame.scope.roots)


def bind_text(tokenizer: Tokenizer, frame: Frame, step: TextStep) -> None:
    """Append a literal."""
    frame.registers[step.out] = frame.prompt(step.prompt).append(
        tokenizer, step.text, step.node, literal=not step.plain, marks=tuple(step.marks)
    )


def bind_insert(tokenizer: Tokenizer, frame: Frame, step: InsertStep) -> None:
    """Append the text form of a value, as plain text. Raises EvalError for one that has none."""
    state = frame.prompt(step.prompt)
    text = text_form(frame.value(step.value))
    frame.registers[step.out] = state.append(tokenizer, text, step.node, literal=False)


def bind_turn(tokenizer: Tokenizer, frame: Frame, step: TurnStep) -> None:
    """Open or close a turn of a conversation that is rendered whole per call."""
    tools = frame.value(step.tools) if step.tools is not None else None
    mark = MarkSpan(0, 0, step.role, step.edge, tools)
    state = frame.prompt(step.prompt)
    frame.registers[step.out] = state.append(tokenizer, "", step.node, literal=True, marks=(mark,))


def bind_echo(tokenizer: Tokenizer, frame: Frame, step: EchoStep) -> None:
    """Append what one prompt has behind another."""
    frame.registers[step.out] = echoed(
        tokenizer,
        frame.prompt(step.prompt),
        frame.prompt(step.before),
        frame.prompt(step.after),
        step.node,
        Trim(step.left, step.right),
    )


def bind_image(run: Run, frame: Frame, step: ImageStep) -> None:
    """Append an image, for backends that take them. Raises RunError (SGL3104, SGL3110)."""
    if not run.backend.capabilities.images:
        raise RunError(
            "SGL3104",
            f"`{run.backend.name}` does not take images",
            "a chat of a server whose model sees, through `OpenAI` or `Anthropic`, does",
        )
    try:
        source = source_of(frame.value(step.image))
    except (TypeError, ValueError) as error:
        raise RunError(
            "SGL3110", str(error), "an image is a path, an address, or its bytes"
        ) from None
    frame.registers[step.out] = frame.prompt(step.prompt).with_image(source, step.node)
