"""Opening hours, put together from two tuples, on a model that caches nothing so short."""

import anthropic

DAYS = ("Weekdays", "Saturdays", "Holidays")
HOURS = ("from seven to six", "from eight to noon", "closed")
client = anthropic.Anthropic()


def answer(text: str) -> str:
    system = "You answer for a laundry.\n"
    for day, hours in zip(DAYS, HOURS):
        system += f"{day}: {hours}\n"
    reply = client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=300,
        system=[{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],  # want: PFX405
        messages=[{"role": "user", "content": text}],
    )
    return reply.content[0].text
