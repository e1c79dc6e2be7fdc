import os

import anthropic

client = anthropic.Anthropic()


class Session:
    def __init__(self, system, long_context=False):
        self.system = system
        self.betas = ["files-api-2025-04-14"]
        if long_context:
            self.betas.append("context-1m-2025-08-07")
        if os.environ.get("THINK"):
            self.betas.append("interleaved-thinking-2025-05-14")
        self.messages = []

    def send(self, text):
        self.messages.append({"role": "user", "content": text})
        reply = client.messages.create(
            model="claude-sonnet-5", max_tokens=900, system=self.system, messages=self.messages,
            extra_headers={"anthropic-beta": ",".join(self.betas)})
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
