from openai import AsyncOpenAI

from .settings import HOSTS

STYLE = "Turn the minutes into a letter to the members. " * 90


class Pool:
    def __init__(self):
        self.clients = [AsyncOpenAI(base_url=h) for h in HOSTS]
        self.turn = 0

    def get(self):
        self.turn = (self.turn + 1) % len(self.clients)
        return self.clients[self.turn]  # want: PFX607


pool = Pool()


async def letter(minutes: str) -> str:
    client = pool.get()
    r = await client.chat.completions.create(
        model="llama",
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
    )
    return r.choices[0].message.content
