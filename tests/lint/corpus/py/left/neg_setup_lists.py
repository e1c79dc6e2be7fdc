from openai import OpenAI

client = OpenAI()
RULES = "You play a game of questions. " * 90


def build_head(sections: dict[str, str]) -> str:
    parts = [RULES]
    for name in sorted(sections):
        parts.append(f"## {name}\n{sections[name]}")
    return "\n\n".join(parts)


def play(sections: dict[str, str], turns: list[dict]) -> str:
    head = build_head(sections)
    for _ in range(20):
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": head}, *turns])
        turns.append({"role": "assistant", "content": r.choices[0].message.content})
    return head
