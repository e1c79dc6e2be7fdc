import anthropic

client = anthropic.Anthropic()


class Investigator:
    def __init__(self, system: str, tools: list[dict], budget: int = 10):
        self.system = [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}]
        self.tools = sorted(tools, key=lambda t: t["name"])
        self.budget = budget

    def _request(self, step: int, messages: list[dict]) -> dict:
        request = dict(model="claude-sonnet-4-5", max_tokens=2048, system=self.system, messages=messages)
        if step < self.budget:
            request["tools"] = self.tools  # want: PFX305
        return request

    def run(self, alert: str, execute) -> str:
        messages = [{"role": "user", "content": alert}]
        for step in range(1, self.budget + 1):
            reply = client.messages.create(**self._request(step, messages))  # want: PFX305
            messages.append({"role": "assistant", "content": reply.content})
            uses = [b for b in reply.content if b.type == "tool_use"]
            if not uses:
                break
            messages.append(
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": u.id, "content": execute(u)} for u in uses]}
            )
        return "".join(b.text for b in reply.content if b.type == "text")
