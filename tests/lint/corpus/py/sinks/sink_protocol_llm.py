from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from typing import Protocol
class Llm(Protocol):
    async def complete(self, messages: list[dict]) -> str: ...
class Desk:
    def __init__(self, llm: Llm):
        self.llm = llm
    async def ask(self, q, history):
        return await self.llm.complete([{"role": "system", "content": head()}, *history, {"role": "user", "content": q}])
