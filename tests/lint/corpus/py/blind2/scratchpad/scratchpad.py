import json

import litellm

from .plan_rules import PLAN_RULES


class PlanAgent:
    """Keeps its plan in one message and updates it in place."""

    PLAN_SLOT = 1

    def __init__(self, goal: str, tools: list[dict]):
        self.plan = [{"step": "understand the goal", "done": False}]
        self.tools = tools
        self.messages = [
            {"role": "system", "content": PLAN_RULES},
            {"role": "user", "content": ""},
            {"role": "user", "content": goal},
        ]

    def refresh(self) -> None:
        lines = [f"[{'x' if s['done'] else ' '}] {s['step']}" for s in self.plan]
        self.messages[self.PLAN_SLOT]["content"] = "Plan\n" + "\n".join(lines)  # want: PFX207 PFX201

    def step(self, call_tool) -> bool:
        self.refresh()
        r = litellm.completion(model="openai/gpt-4.1", messages=self.messages, tools=self.tools)  # want: PFX207 PFX201
        message = r.choices[0].message
        self.messages.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls or []:
            if call.function.name == "set_plan":
                self.plan = json.loads(call.function.arguments)["steps"]  # want: PFX201
                result = "ok"
            else:
                result = call_tool(call)
            self.messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        return bool(message.tool_calls)
