from dataclasses import dataclass

from anthropic import Anthropic

from .search_index import Passage, query_index
from .style import ANSWER_RULES

client = Anthropic()


@dataclass(slots=True)
class RagPrompt:
    question: str
    passages: list[Passage]

    def __str__(self) -> str:
        quoted = "\n".join(f"<passage id='{p.id}'>{p.text}</passage>" for p in self.passages)
        return "\n\n".join([quoted, ANSWER_RULES, f"Question: {self.question}"])  # want: PFX201 PFX202 PFX204


def answer(question: str) -> str:
    prompt = RagPrompt(question, query_index(question, top=6))  # want: PFX201 PFX202 PFX204
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=800,
        messages=[{"role": "user", "content": str(prompt)}],  # want: PFX201 PFX202 PFX204
    )
    return reply.content[0].text
