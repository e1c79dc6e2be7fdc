from openai import OpenAI

client = OpenAI()
RULES = "You remember what matters to a traveller. " * 90
FACTS = []


def remember(fact: str) -> str:
    FACTS.append(fact)  # want: PFX201
    return "kept"


def answer(history: list[dict]) -> str:
    head = RULES + "\nFacts:\n" + "\n".join(FACTS)
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": head}, *history])
    return r.choices[0].message.content
