"""Betas as a parameter, one more when a document is there."""
import anthropic

client = anthropic.AsyncAnthropic()


class Desk:
    def __init__(self, system, tools):
        self.system, self.tools, self.messages = system, tools, []

    async def turn(self, content):
        self.messages.append({"role": "user", "content": content})
        betas = ["context-management-2025-06-27"]
        if len(self.messages) > 40:
            betas.append("context-1m-2025-08-07")  # want: PFX608 PFX605
        reply = await client.beta.messages.create(
            model="claude-sonnet-5", max_tokens=900, system=self.system, tools=self.tools,
            messages=self.messages, betas=betas,
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
