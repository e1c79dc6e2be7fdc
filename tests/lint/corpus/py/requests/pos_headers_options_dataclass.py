from dataclasses import dataclass, field

import anthropic

client = anthropic.Anthropic()


@dataclass
class Options:
    max_tokens: int = 900


class Session:
    def __init__(self, system, tools):
        self.options = Options()
        self.betas = ["files-api-2025-04-14"]
        self.system, self.tools = system, tools
        self.messages = []

    def attach(self, file_id):
        if "code-execution-2025-08-25" not in self.betas:
            self.betas.append("code-execution-2025-08-25")  # want: PFX608 PFX605
        self.messages.append({"role": "user", "content": [{"type": "container_upload", "file_id": file_id}]})

    def send(self):
        o = self.options
        return client.messages.create(
            model="claude-sonnet-5", max_tokens=o.max_tokens, system=self.system, tools=self.tools,
            messages=self.messages, extra_headers={"anthropic-beta": ",".join(self.betas)})
