import json
from pathlib import Path

from pydantic_ai import Agent


def build() -> str:
    rules = json.loads(Path(__file__).with_name("rules.json").read_text())
    return "Help the clerk.\n" + "\n".join(f"- {rule}" for rule in rules)


agent = Agent("openai:gpt-5.1", system_prompt=build())


async def main(question: str, history):
    return (await agent.run(question, message_history=history)).output
