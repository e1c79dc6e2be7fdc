"""Each of the papers is marked, however many there are."""
import anthropic

client = anthropic.Anthropic()
RULES = "Answer from the papers alone, and say which. " * 200


def ask(papers: list[str], question: str):
    blocks = [{"type": "text", "text": p, "cache_control": {"type": "ephemeral"}} for p in papers]  # want: PFX601
    return client.messages.create(
        model="claude-sonnet-5", max_tokens=500, system=RULES,
        messages=[{"role": "user", "content": [*blocks, {"type": "text", "text": question}]}],
    )
