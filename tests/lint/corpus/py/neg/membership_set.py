"""A set is asked, never written."""
from openai import OpenAI

STOP = {"the", "a", "an", "of", "and"}
SYSTEM = "Name the subject of the text in three words. " * 100


def keywords(text: str) -> list[str]:
    seen: set[str] = set()
    out = []
    for word in text.lower().split():
        if word in STOP or word in seen:
            continue
        seen.add(word)
        out.append(word)
    return out


def subject(text: str):
    hint = ", ".join(keywords(text)[:10])
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": f"{text}\n\nWords: {hint}"}],
    )
