import time

from openai import OpenAI

client = OpenAI()
RULES = "Look at the map before you move the train. Say which points you set. " * 60


def drive(orders):
    said = []
    for order in orders:
        head = [{"role": "system", "content": f"Clock: {time.ctime()}"}]  # want: PFX101
        head = [*head, {"role": "system", "content": RULES}]
        said.extend([{"role": "user", "content": order}])
        answer = client.chat.completions.create(model="gpt-5", messages=[*head, *said]).choices[0].message.content
        said.extend([{"role": "assistant", "content": answer}])
