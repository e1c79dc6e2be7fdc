import subprocess

import anthropic

client = anthropic.Anthropic()
LIMIT = 6000


def clip(text: str) -> str:
    if len(text) <= LIMIT:
        return text
    half = LIMIT // 2
    return f"{text[:half]}\n[... {len(text) - LIMIT} characters left out ...]\n{text[-half:]}"


class Terminal:
    def __init__(self, system: str, tools: list[dict]):
        self.system = [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}]
        self.tools = tools
        self.messages: list[dict] = []

    def _run(self, command: str) -> str:
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120)
        return clip(done.stdout + done.stderr)

    def work(self, task: str) -> str:
        self.messages.append({"role": "user", "content": task})
        while True:
            reply = client.messages.create(
                model="claude-opus-4-1", max_tokens=4000, system=self.system, tools=self.tools, messages=self.messages
            )
            self.messages.append({"role": "assistant", "content": reply.content})
            uses = [b for b in reply.content if b.type == "tool_use"]
            if not uses:
                return reply.content[-1].text
            results = [{"type": "tool_result", "tool_use_id": u.id, "content": self._run(u.input["command"])} for u in uses]
            self.messages.append({"role": "user", "content": results})
