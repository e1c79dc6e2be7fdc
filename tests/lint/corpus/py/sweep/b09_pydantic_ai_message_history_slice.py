"""Pydantic-ai message_history slice."""

from pydantic_ai import Agent
agent = Agent("openai:gpt-5.1", instructions="For b09 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40)
class S:
    def __init__(self): self.messages = []
    async def say(self, text):
        r = await agent.run(text, message_history=self.messages[-12:])  # want: PFX207
        self.messages = r.all_messages()
        return r.output
