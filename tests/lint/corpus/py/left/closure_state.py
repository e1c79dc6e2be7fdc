from openai import OpenAI

client = OpenAI()
RULES = "You tell a story together with a child. " * 80


def make_teller():
    mood = "calm"
    turns = []

    def tell(words: str) -> str:
        nonlocal mood
        turns.append({"role": "user", "content": words})
        r = client.chat.completions.create(
            model="gpt-4.1",
            messages=[{"role": "system", "content": f"Mood: {mood}. {RULES}"}, *turns],  # want: PFX201
        )
        text = r.choices[0].message.content
        mood = text.split("|")[0]  # want: PFX201
        turns.append({"role": "assistant", "content": text})
        return text

    return tell
