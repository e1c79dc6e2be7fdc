"""House rules of a laundry, numbered, on a model that caches nothing so short."""

import anthropic

RULES = (
    "Ask for the number of the ticket.",
    "Say when the shirts are ready.",
    "Never promise that a stain goes out.",
)
HOURS = ("Monday to Friday from seven to six.", "Saturday from eight to noon.")
client = anthropic.Anthropic()
MARK = {"type": "ephemeral"}


def _ask(system: str, text: str) -> str:
    blocks = [{"type": "text", "text": system, "cache_control": MARK}]  # want: PFX405
    said = [{"role": "user", "content": text}]
    reply = client.messages.create(
        model="claude-haiku-4-5", max_tokens=300, system=blocks, messages=said
    )
    return reply.content[0].text


def by_counter(text: str) -> str:
    return _ask("\n".join(f"{n}) {rule}" for n, rule in enumerate(RULES, start=1)), text)
