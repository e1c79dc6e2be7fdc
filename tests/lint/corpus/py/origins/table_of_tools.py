"""Tools of a set of names, in a table of an object."""
import anthropic

client = anthropic.Anthropic()


class Registry:
    def __init__(self, names: list[str], make):
        self.tools = {}
        for name in set(names):  # want: PFX304
            self.tools[name] = make(name)

    def ask(self, messages: list[dict]):
        specs = [tool.spec() for tool in self.tools.values()]
        return client.messages.create(model="claude-sonnet-5", max_tokens=400, tools=specs, system="You sort mail. " * 400, messages=messages)
