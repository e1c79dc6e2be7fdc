"""Steps that each add to a draft."""
from .context import Context

RULES = "Keep to the contract. " * 150


def with_context(draft, context: Context):
    return [*draft, *context.lines()]


def with_rules(draft, context: Context):
    return [*draft, RULES]


STEPS = (with_context, with_rules)


def compose(tenant: str) -> str:
    context = Context(tenant)
    draft: list[str] = []
    for step in STEPS:
        draft = step(draft, context)
    return "\n".join(draft)
