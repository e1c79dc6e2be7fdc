"""A cache object for each letter, which one question reads."""

from google import genai

client = genai.Client()
GUIDE = "A letter is urgent if it names a date within the week. " * 200


async def urgent(letters):
    found = []
    for letter in letters:
        kept = await client.aio.caches.create(  # want: PFX602 PFX604
            model="gemini-2.5-flash", config={"system_instruction": GUIDE, "contents": [letter]}
        )
        reply = await client.aio.models.generate_content(
            model="gemini-2.5-flash", contents="Is it urgent?", config={"cached_content": kept.name}
        )
        found.append(reply.text)
        await client.aio.caches.delete(name=kept.name)
    return found
