"""A flag that decides what is printed, not what is sent."""

from openai import OpenAI

client = OpenAI()
SYSTEM = {"role": "system", "content": "Tell riddles. " * 250}


def play():
    messages = [SYSTEM]
    first = True
    while True:
        if first:
            print("Welcome!")
        messages.append({"role": "user", "content": input("> ")})
        reply = client.chat.completions.create(model="gpt-5.1", messages=messages)
        messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        first = False
