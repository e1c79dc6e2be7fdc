from dataclasses import dataclass

import anthropic

client = anthropic.Anthropic()
MANUAL = "You are a build engineer. " * 120


@dataclass
class State:
    model: str = "claude-opus-4-8"
    failures: int = 0


def head(state: State):
    return f"<env>model: {state.model}</env>\n{MANUAL}"  # want: PFX201 PFX606


class Runner:
    def __init__(self):
        self.state = State()
        self.messages = []

    def run(self, text):
        self.messages.append({"role": "user", "content": text})
        try:
            r = client.messages.create(model=self.state.model, max_tokens=900, system=head(self.state), messages=self.messages)
        except anthropic.APIStatusError:
            self.state.failures += 1
            self.state.model = "claude-sonnet-5"
            r = client.messages.create(model=self.state.model, max_tokens=900, system=head(self.state), messages=self.messages)
        self.messages.append({"role": "assistant", "content": r.content})
        return r
