"""The loop variable stands before the rules."""

from openai import OpenAI

client = OpenAI()
RULES = "Translate the sentence and say which words are hard. " * 60


def translate_all(sentences: list[str], languages: list[str]):
    found = []
    for language in languages:
        for s in sentences:
            system = f"Language: {language}. {RULES}"  # want: PFX201 PFX203
            found.append(
                client.chat.completions.create(
                    model="gpt-5.1",
                    messages=[
                        {"role": "system", "content": system},
                        {"role": "user", "content": s},
                    ],
                )
            )
    return found
