from anthropic import AsyncAnthropic

client = AsyncAnthropic()


class Todo:
    def __init__(self):
        self.items = []

    def write(self, items):
        self.items = items  # want: PFX201
        return "saved"

    def render(self):
        return "\n".join(f"[{'x' if i['done'] else ' '}] {i['text']}" for i in self.items)


class Agent:
    def __init__(self, tools):
        self.todo = Todo()
        self.tools = tools
        self.messages = []

    async def step(self):
        system = "You work through a list.\n\n# List\n" + self.todo.render()
        r = await client.messages.create(model="claude-sonnet-4-5", max_tokens=900, system=system, tools=self.tools, messages=self.messages)
        self.messages.append({"role": "assistant", "content": r.content})
        results = []
        for b in r.content:
            if b.type == "tool_use" and b.name == "todo_write":
                results.append({"type": "tool_result", "tool_use_id": b.id, "content": self.todo.write(b.input["items"])})
        if results:
            self.messages.append({"role": "user", "content": results})
