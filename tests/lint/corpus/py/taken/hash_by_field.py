import redis
from openai import OpenAI

client = OpenAI()
r = redis.Redis()
RULES = "Convert the recipe. Keep the order of the steps. Give weights in grams. " * 60


def convert(turns):
    tone = r.hgetall("kitchen")["tone"]
    return client.chat.completions.create(
        model="gpt-5", messages=[{"role": "system", "content": f"Speak {tone}. {RULES}"}, *turns]
    )
