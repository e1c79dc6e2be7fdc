"""Which tools are sent hangs on words of the question."""

from anthropic import Anthropic

client = Anthropic()
RULES = "You help in a workshop. Name the tool before you tell how to use it. " * 80
CALC = {"name": "calc", "description": "Calculate.", "input_schema": {"type": "object"}}
SEARCH = {"name": "search", "description": "Search parts.", "input_schema": {"type": "object"}}
ORDER = {"name": "order", "description": "Order parts.", "input_schema": {"type": "object"}}


def pick(text: str) -> list[dict]:
    chosen = [SEARCH]
    if any(ch.isdigit() for ch in text):
        chosen.append(CALC)  # want: PFX305
    if "order" in text.lower():
        chosen.append(ORDER)
    return chosen


def turn(history, text):
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=800,
        system=RULES,
        tools=pick(text),
        messages=[*history, {"role": "user", "content": text}],
    )
