import anthropic

client = anthropic.Anthropic()


class Reader:
    def __init__(self, system):
        self.system = system
        self.messages = []
        self.long = False

    def say(self, text):
        self.messages.append({"role": "user", "content": text})
        betas = "context-1m-2025-08-07" if self.long else "files-api-2025-04-14"
        reply = client.with_options(default_headers={"anthropic-beta": betas}).messages.create(  # want: PFX608 PFX605
            model="claude-sonnet-5", max_tokens=900, system=self.system, messages=self.messages)
        if reply.usage.input_tokens > 150_000:
            self.long = True
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
