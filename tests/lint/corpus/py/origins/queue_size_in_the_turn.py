"""The length of the queue decides on the pace alone; the number is in the newest turn."""
import time

from openai import OpenAI

client = OpenAI()
GUIDE = "Take the order. Read it back. Name the price with the deposit. " * 80


def ask(redis, messages: list[dict], text: str):
    if redis.llen("orders") > 100:
        time.sleep(1)
    messages.append({"role": "user", "content": f"{text}\n({redis.llen('orders')} orders are open)"})
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": GUIDE}, *messages])
