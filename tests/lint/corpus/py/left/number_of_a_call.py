"""A lighthouse sums up its log; the number of an entry goes on from the year."""
from openai import OpenAI

client = OpenAI()
GUIDE = "Sum up the entry in one line. Give the wind by its number, and the sea by its name. " * 60


def sum_up(entry_no: int, entry: str) -> str:
    reply = client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": GUIDE},
            {"role": "user", "content": f"Entry 1887{entry_no}\n{entry}"},  # want: PFX404
        ],
    )
    return reply.choices[0].message.content
