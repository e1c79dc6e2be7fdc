import random
from dataclasses import dataclass

from pydantic_ai import Agent, RunContext
from pydantic_ai.messages import ModelMessage

from .knowledge import COOKBOOK

TIPS = ("Mention allergens.", "Suggest a vegetarian option.", "Offer metric units.")


@dataclass
class Kitchen:
    chef: str
    diners: int


agent = Agent("openai:gpt-4.1", deps_type=Kitchen, system_prompt=COOKBOOK)


@agent.system_prompt(dynamic=True)
def tip_of_the_moment(ctx: RunContext[Kitchen]) -> str:
    return f"For {ctx.deps.diners} diners. Tip: {random.choice(TIPS)}"  # want: PFX102 PFX201


async def cook(kitchen: Kitchen, text: str, history: list[ModelMessage]) -> tuple[str, list[ModelMessage]]:
    result = await agent.run(text, deps=kitchen, message_history=history)
    return result.output, result.all_messages()
