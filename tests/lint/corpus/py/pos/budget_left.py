"""What is left of the budget, as a property."""
from anthropic import AsyncAnthropic

RULES = "You shop for the office. " * 200


class Buyer:
    def __init__(self, budget: float) -> None:
        self.budget = budget
        self.spent = 0.0
        self.log = []
        self.api = AsyncAnthropic()

    @property
    def left(self) -> float:
        return self.budget - self.spent

    def system(self) -> str:
        return f"Budget left: {self.left:.2f}\n{RULES}"

    async def step(self, text: str, price: float):
        self.spent += price  # want: PFX201
        self.log.append({"role": "user", "content": text})
        return await self.api.messages.create(model="claude-sonnet-5", max_tokens=200, system=self.system(), messages=self.log)
