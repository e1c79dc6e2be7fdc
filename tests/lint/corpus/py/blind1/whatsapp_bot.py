"""WhatsApp gateway: one rolling conversation per phone number."""
from collections import defaultdict, deque
from pathlib import Path

from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
llm = OpenAI()
SCRIPT = Path("scripts/clinic.txt").read_text()

conversations: dict[str, deque] = defaultdict(lambda: deque(maxlen=20))  # want: PFX207


def remember(phone: str, role: str, content: str) -> None:
    conversations[phone].append({"role": role, "content": content})


@app.post("/hook")
def hook():
    payload = request.get_json()
    phone, text = payload["from"], payload["text"]
    remember(phone, "user", text)
    completion = llm.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[{"role": "system", "content": SCRIPT}, *conversations[phone]],  # want: PFX207
    )
    reply = completion.choices[0].message.content
    remember(phone, "assistant", reply)
    return {"to": phone, "text": reply}
