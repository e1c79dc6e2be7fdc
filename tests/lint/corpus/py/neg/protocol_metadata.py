from typing import Protocol
from uuid import uuid4


class LLM(Protocol):
    async def complete(self, messages: list[dict[str, str]], metadata: dict[str, str]) -> str: ...


class Planner:
    def __init__(self, llm: LLM) -> None:
        self.llm = llm

    async def plan(self, goal: str) -> str:
        run_id = uuid4().hex
        system = "Break the goal into steps. Number them. Name who does each. " * 8
        return await self.llm.complete(
            [{"role": "system", "content": system}, {"role": "user", "content": goal}],
            {"run": run_id},
        )
