"""Research loop with a token allowance."""
from dataclasses import dataclass

import litellm

from .protocol import PROTOCOL


@dataclass
class Allowance:
    total: int
    used: int = 0

    @property
    def left(self) -> int:
        return max(self.total - self.used, 0)

    def line(self) -> str:
        return f"Remaining allowance: {self.left} tokens."  # want: PFX201


def research(question: str, tools: list[dict], call_tool, total: int = 200_000) -> str:
    allowance = Allowance(total)
    history = [{"role": "user", "content": question}]
    while allowance.left:
        head = {"role": "system", "content": allowance.line() + "\n\n" + PROTOCOL}  # want: PFX201
        r = litellm.completion(model="openai/gpt-4.1", messages=[head, *history], tools=tools)
        allowance.used += r.usage.total_tokens
        message = r.choices[0].message
        history.append(message.model_dump(exclude_none=True))
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            history.append({"role": "tool", "tool_call_id": call.id, "content": call_tool(call)})
    return "allowance spent"
