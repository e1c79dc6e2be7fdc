import redis
from openai import OpenAI

client = OpenAI()
r = redis.Redis()
RULES = "Convert the recipe. Keep the order of the steps. Give weights in grams. " * 60


def convert(turns):
    tones = "\n".join(f"{k}: {v}" for k, v in r.hgetall("kitchen").items())  # want: PFX301
    return client.chat.completions.create(
        model="gpt-5", messages=[{"role": "system", "content": f"{tones}\n{RULES}"}, *turns]
    )
