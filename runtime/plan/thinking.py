"""Which step of a plan asks for the answer that a step of reasoning leads to: they stand at one site of the source."""

from __future__ import annotations

from collections.abc import Mapping

from .schema import Family, GenStep, Plan
from .walking import walk

BEHIND = ".thinking"
"""What the site of reasoning has behind that of its answer."""


def answers_of(plan: Plan) -> Mapping[int, GenStep]:
    """For each family of reasoning the step of its answer."""
    places = {_place(family): family.id for family in plan.families}
    wanted = {
        places[program, site.removesuffix(BEHIND)]: family
        for (program, site), family in places.items()
        if site.endswith(BEHIND) and (program, site.removesuffix(BEHIND)) in places
    }
    if not wanted:
        return {}
    parts = (part for program in plan.programs for part in walk(program.steps))
    steps = [part for part in parts if isinstance(part, GenStep) and part.family in wanted]
    return {wanted[step.family]: step for step in steps}


def _place(family: Family) -> tuple[str, str]:
    return family.program, family.site
