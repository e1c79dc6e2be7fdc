from dataclasses import dataclass, replace

from pydantic_ai import Agent, RunContext
from pydantic_ai.tools import ToolDefinition

INSTRUCTIONS = open("prompts/procurement.md").read()
READ_ONLY = {"find_supplier", "read_contract", "list_budgets"}


@dataclass
class Desk:
    approver: str
    limit: int


async def by_phase(ctx: RunContext[Desk], defs: list[ToolDefinition]) -> list[ToolDefinition]:
    if ctx.run_step < 3:
        return [d for d in defs if d.name in READ_ONLY]  # want: PFX305
    return [replace(d, strict=True) for d in defs]


agent = Agent(
    "anthropic:claude-sonnet-4-5",
    deps_type=Desk,
    instructions=INSTRUCTIONS,
    prepare_tools=by_phase,  # want: PFX305
)


@agent.tool_plain
def find_supplier(name: str) -> str:
    """Looks up a supplier."""
    return f"{name}: approved"


@agent.tool_plain
def read_contract(number: str) -> str:
    """Text of a frame contract."""
    return open(f"contracts/{number}.txt").read()


@agent.tool
def place_order(ctx: RunContext[Desk], item: str, price: int) -> str:
    """Places an order below the limit."""
    return "ordered" if price <= ctx.deps.limit else "needs approval"
