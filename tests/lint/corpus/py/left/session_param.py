from openai import OpenAI

client = OpenAI()
RULES = "You help to fill an application for a loan. " * 80


def talk(session: dict, words: str) -> str:
    session["turns"].append({"role": "user", "content": words})
    left = session["budget"]
    r = client.chat.completions.create(
        model="gpt-4.1", messages=[{"role": "system", "content": f"Budget left: {left}\n{RULES}"}, *session["turns"]]
    )
    session["budget"] = left - r.usage.total_tokens  # want: PFX201
    session["turns"].append({"role": "assistant", "content": r.choices[0].message.content})
    return session["turns"][-1]["content"]
