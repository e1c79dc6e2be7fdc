import json
from datetime import datetime
from pathlib import Path

import dspy

dspy.configure(lm=dspy.LM("openai/gpt-4.1-mini"))


class Priority(dspy.Signature):
    """Decide how urgent a maintenance request of a tenant is."""

    request: str = dspy.InputField()
    received: str = dspy.InputField(desc="local time of arrival")
    priority: str = dspy.OutputField(desc="low, normal, high or emergency")


def demos(path: str = "data/priority_gold.jsonl", n: int = 8) -> list[dspy.Example]:
    lines = Path(path).read_text().splitlines()[:n]
    return [dspy.Example(**json.loads(line)).with_inputs("request", "received") for line in lines]


class Triage(dspy.Module):
    def __init__(self):
        super().__init__()
        self.classify = dspy.ChainOfThought(Priority)
        self.classify.demos = demos()

    def forward(self, request: str):
        return self.classify(request=request, received=datetime.now().strftime("%a %H:%M"))
