import anthropic
from datetime import datetime, timezone

client = anthropic.Anthropic()


class ContractQA:
    def __init__(self, contract: str, playbook: str):
        self.contract = contract
        self.playbook = playbook

    def _system(self) -> list[dict]:
        asked = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")  # want: PFX602 PFX101
        return [
            {"type": "text", "text": self.playbook},
            {"type": "text", "text": self.contract},
            {"type": "text", "text": f"Asked at {asked}", "cache_control": {"type": "ephemeral"}},  # want: PFX602 PFX101
        ]

    def ask(self, question: str) -> str:
        reply = client.messages.create(
            model="claude-opus-4-1",
            max_tokens=1500,
            system=self._system(),
            messages=[{"role": "user", "content": question}],
        )
        return reply.content[0].text
