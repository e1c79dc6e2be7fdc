import anthropic

from .persona import PERSONA

client = anthropic.Anthropic()
HARD_WORDS = ("prove", "derive", "why", "compare")


def thinking_for(question: str) -> dict:
    hard = len(question) > 400 or any(w in question.lower() for w in HARD_WORDS)
    if hard:
        return {"type": "enabled", "budget_tokens": 8000}  # want: PFX605
    return {"type": "disabled"}  # want: PFX605


class Seminar:
    def __init__(self) -> None:
        self.messages: list[dict] = []
        self.system = [{"type": "text", "text": PERSONA, "cache_control": {"type": "ephemeral"}}]

    def ask(self, question: str) -> str:
        self.messages.append({"role": "user", "content": question})
        reply = client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=12000,
            system=self.system,
            messages=self.messages,
            thinking=thinking_for(question),  # want: PFX605
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return "".join(b.text for b in reply.content if b.type == "text")
