"""The texts that a chat template puts around turns, for prompts whose turns are not known beforehand."""

from __future__ import annotations

from ...ir.ops import Role
from ...ir.target import ChatTemplate
from ...ir.target.turns import Odd, Order, TurnModel, probe

_USUAL: frozenset[Order] = frozenset(
    {
        (None, "system"),
        (None, "user"),
        ("system", "user"),
        ("user", "assistant"),
        ("assistant", "user"),
    }
)


class TurnTexts:
    """Markers of a template that composes; of another one nothing, so that it is rendered whole per call.

    `whole`: so is this one, whether it composes or not.
    """

    def __init__(self, template: ChatTemplate | None, whole: bool = False) -> None:
        self._template, self._whole = template, whole
        self._orders: frozenset[Order] = _USUAL
        self._ends: dict[Role, str] = {}

    @property
    def is_missing(self) -> bool:
        """Whether there is no template, and so no turns."""
        return self._template is None

    @property
    def composes(self) -> bool:
        """Whether the usual orders of turns can be written as text."""
        return self._template is None or (not self._whole and _usable(self._model()))

    def text(self, before: Role | None, role: Role, begins: bool) -> str | None:
        """What opens or closes a turn of `role` after one of `before`; None where that can't be said."""
        if self._template is None or not self.composes:
            return None
        if begins and (before, role) not in self._orders:
            order: Order = (before, role)
            self._orders |= {order}
        model = self._model()
        if not _usable(model):
            return None
        if not begins:
            return self._ends.setdefault(role, model.closers[role])
        closed = model.closers[before] if before else ""
        gap = closed + model.openers[before, role]
        return gap.removeprefix(self._ends.get(before, closed) if before else "")

    @property
    def odd(self) -> tuple[Odd, ...]:
        """The contents that the template may show in another way."""
        return () if self._template is None else self._model().odd

    def _model(self) -> TurnModel:
        assert self._template is not None
        model = probe(self._template, self._orders)
        if model.refusals:
            refused = {refusal.order for refusal in model.refusals}
            model = probe(self._template, [each for each in self._orders if each not in refused])
        return model


def _usable(model: TurnModel) -> bool:
    return model.composes and not model.trims_contents
