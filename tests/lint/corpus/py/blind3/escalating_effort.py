import logging

import anthropic

log = logging.getLogger(__name__)
client = anthropic.Anthropic()
BUDGETS = {1: 1024, 2: 4096, 3: 16000}


class Prover:
    def __init__(self, system: list[dict]):
        self.system = system
        self.messages: list[dict] = []

    def attempt(self, number: int) -> str | None:
        reply = client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=20000,
            system=self.system,
            thinking={"type": "enabled", "budget_tokens": BUDGETS[number]},  # want: PFX605
            messages=self.messages,
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        text = reply.content[-1].text
        if "QED" in text:
            return text
        self.messages.append({"role": "user", "content": "The proof has a gap. Close it."})
        return None

    def prove(self, claim: str) -> str | None:
        self.messages.append({"role": "user", "content": claim})
        for number in BUDGETS:
            log.info("attempt %d", number)
            if (proof := self.attempt(number)) is not None:
                return proof
        return None
