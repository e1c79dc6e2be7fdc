"""The planner: the only code that turns IR into what the runtime executes.

`plan` is the arrow from `ir.Module` to `runtime.plan.Plan`; `advise` looks at both for what the user
should know before the run. One concept a file: signatures, schedule, prefix table, steps, groups,
waves, predictions, lifetimes.
"""

from .advice import advise
from .plan import plan
from .signatures import choose_entry, parameter_schema

__all__ = ["advise", "choose_entry", "parameter_schema", "plan"]
