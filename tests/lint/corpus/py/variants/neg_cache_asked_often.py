"""A cache object for a contract, about which many questions are asked."""

from google import genai

client = genai.Client()
QUESTIONS = ("Who signs?", "When does it end?", "Which law governs it?")


def review(contract: str) -> list[str]:
    kept = client.caches.create(model="gemini-2.5-flash", config={"contents": [contract], "ttl": "600s"})
    return [
        client.models.generate_content(
            model="gemini-2.5-flash", contents=question, config={"cached_content": kept.name}
        ).text
        for question in QUESTIONS
    ]
