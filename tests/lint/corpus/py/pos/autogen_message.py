"""The system message of an agent is made of a set of topics."""

from autogen_agentchat.agents import AssistantAgent

TOPICS = frozenset({"soil", "seed", "water", "light"})
ADVICE = "Give advice to gardeners. " * 80


def gardener(model_client) -> AssistantAgent:
    topics = ", ".join(t.title() for t in TOPICS)  # want: PFX301
    return AssistantAgent(
        "gardener", model_client=model_client, system_message=f"You know of {topics}.\n{ADVICE}"
    )
