from openai import OpenAI
import json

client = OpenAI()
RULES = "You do a plan step by step with tools. Report each step. Never skip one. Ask when stuck. " * 8


class Agent:
    def __init__(self, tools, impl):
        self.tools, self.impl = tools, impl
        self.plan = "none yet"
        self.lines = []

    def run(self, goal):
        self.lines.append({"role": "user", "content": goal})
        for _ in range(10):
            r = client.chat.completions.create(model="gpt-4.1", tools=self.tools, messages=[{"role": "system", "content": f"{RULES}\nPlan: {self.plan}"}, *self.lines])
            m = r.choices[0].message
            self.lines.append(m.model_dump())
            for c in m.tool_calls or []:
                args = json.loads(c.function.arguments)
                if c.function.name == "update_plan":
                    self.plan = args["plan"]  # want: PFX201
                    out = "ok"
                else:
                    out = self.impl[c.function.name](**args)
                self.lines.append({"role": "tool", "tool_call_id": c.id, "content": out})
