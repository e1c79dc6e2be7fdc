from enum import Enum

import anthropic


class Route(Enum):
    BILLING = "questions about invoices and payments"
    TECH = "faults and outages"
    SALES = "new contracts"
    OTHER = "everything else"


TOOLS = (
    {
        "name": "route",
        "description": "Sends the caller to a team.",
        "input_schema": {
            "type": "object",
            "properties": {"team": {"type": "string", "enum": [r.name for r in Route]}},
            "required": ["team"],
        },
    },
)


def system(base: str) -> str:
    return base + "\n\nTeams:\n" + "\n".join(f"{r.name}: {r.value}" for r in Route)


def route(client: anthropic.Anthropic, base: str, transcript: str) -> Route:
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=100,
        system=system(base),
        tools=list(TOOLS),
        tool_choice={"type": "tool", "name": "route"},
        messages=[{"role": "user", "content": transcript}],
    )
    use = next(b for b in reply.content if b.type == "tool_use")
    return Route[use.input["team"]]
