"""The cache object is made once by whoever begins, and its name is given to those who ask."""

from google import genai

client = genai.Client()
GUIDE = "A letter is urgent if it names a date within the week. " * 200


def prepare(guide: str = GUIDE) -> str:
    kept = client.caches.create(model="gemini-2.5-flash", config={"system_instruction": guide})
    return kept.name


def answer(name: str, question: str) -> str:
    reply = client.models.generate_content(
        model="gemini-2.5-flash", contents=question, config={"cached_content": name}
    )
    return reply.text
