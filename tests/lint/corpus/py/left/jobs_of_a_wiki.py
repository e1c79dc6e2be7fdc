import json
from dataclasses import dataclass, field

import litellm

GUIDE = "You tidy a large wiki. Go through your list, one after the other. " * 70


@dataclass
class Jobs:
    rows: list[dict] = field(default_factory=list)

    def change(self, what: str, text: str) -> str:
        if what == "new":
            self.rows.append({"text": text, "open": True})  # want: PFX201
        else:
            for row in self.rows:
                if row["text"] == text:
                    row["open"] = False
        return "ok"

    def shown(self) -> str:
        return "\n".join(f"- [{' ' if r['open'] else 'x'}] {r['text']}" for r in self.rows)


def go(task: str, tools: list[dict]):
    jobs = Jobs()
    said = [{"role": "user", "content": task}]
    for _ in range(40):
        head = f"{GUIDE}\n\n## Jobs\n{jobs.shown() or '(none)'}"
        r = litellm.completion(model="anthropic/claude-sonnet-5", tools=tools, messages=[{"role": "system", "content": head}, *said])
        m = r.choices[0].message
        said.append(m.model_dump(exclude_none=True))
        if not m.tool_calls:
            return m.content
        for call in m.tool_calls:
            said.append({"role": "tool", "tool_call_id": call.id, "content": jobs.change(**json.loads(call.function.arguments))})
