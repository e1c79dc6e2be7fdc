"""Documents shuffled before they are shown."""
import random
from anthropic import Anthropic


def documents(docs):
    docs = list(docs)
    random.shuffle(docs)  # want: PFX205 PFX102 PFX201 PFX204
    return "\n\n".join(f"<doc>{d}</doc>" for d in docs)


def ask(docs, question):
    return Anthropic().messages.create(
        model="claude-sonnet-5", max_tokens=300,
        system=[{"type": "text", "text": documents(docs) + "\nQuote what you use. " * 120, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": question}],
    )
