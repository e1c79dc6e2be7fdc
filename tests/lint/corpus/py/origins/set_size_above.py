"""Members of a set in Redis."""
import redis
from openai import OpenAI

client = OpenAI()
r = redis.Redis()
GUIDE = "Take the order. Read it back. Name the price with the deposit. " * 80


def ask(messages: list[dict]):
    head = f"{r.scard('online')} drivers are online.\n{GUIDE}"  # want: PFX201
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": head}, *messages])
