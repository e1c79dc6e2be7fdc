import os
import socket

from openai import OpenAI

HOST = socket.gethostname()
SYSTEM = "You help. " * 90 + (" Use emoji." if os.getenv("EMOJI") else "")


def ask(history: list[dict]):
    print("asking from", HOST)
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": SYSTEM}, *history],
        metadata={"host": HOST},
    )
