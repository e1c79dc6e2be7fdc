from typing import Any, Callable

import anthropic


class Planner:
    max_steps = 15

    def __init__(self, client: anthropic.Anthropic, system: list[dict], tools: list[dict]):
        self.client, self.system, self.tools = client, system, tools

    def _choice(self, step: int) -> dict:
        return {"type": "tool", "name": "make_plan"} if step == 0 else {"type": "auto"}  # want: PFX605

    def solve(self, task: str, execute: Callable[[str, Any], str]) -> str:
        messages: list[dict] = [{"role": "user", "content": task}]
        for step in range(self.max_steps):
            reply = self.client.messages.create(
                model="claude-opus-4-1",
                max_tokens=4096,
                system=self.system,
                tools=self.tools,
                tool_choice=self._choice(step),  # want: PFX605
                messages=messages,
            )
            messages.append({"role": "assistant", "content": reply.content})
            calls = [b for b in reply.content if b.type == "tool_use"]
            if not calls:
                return reply.content[-1].text
            messages.append(
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": c.id, "content": execute(c.name, c.input)} for c in calls],
                }
            )
        raise RuntimeError("no answer")
