"""The same fixed text is written to the cache anew for each question."""

from google import genai

client = genai.Client()
GUIDE = "A letter is urgent if it names a date within the week. " * 200


def answer(question: str) -> str:
    kept = client.caches.create(model="gemini-2.5-flash", config={"system_instruction": GUIDE})  # want: PFX604
    reply = client.models.generate_content(
        model="gemini-2.5-flash", contents=question, config={"cached_content": kept.name}
    )
    return reply.text
