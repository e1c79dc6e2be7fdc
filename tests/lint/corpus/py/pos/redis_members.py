"""Members of a Redis set have no order."""
import redis
from openai import OpenAI

store = redis.Redis(decode_responses=True)
client = OpenAI()
POLICY = "Refuse what is not on the list of products. " * 100


def products() -> set[str]:
    return store.smembers("products")  # want: PFX301


def sell(text: str) -> str:
    listing = ", ".join(products())
    messages = [
        {"role": "system", "content": f"{POLICY}\nProducts: {listing}"},
        {"role": "user", "content": text},
    ]
    return client.chat.completions.create(model="gpt-5.1", messages=messages).choices[0].message.content
