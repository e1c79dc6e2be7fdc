import hashlib
import hmac
import secrets
import time
from pathlib import Path

from flask import Flask, abort, request
from openai import OpenAI

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
client = OpenAI()
SHARED = Path("/run/secrets/hook").read_bytes()
RECEPTION = Path("prompts/reception.md").read_text()


def verify() -> None:
    stamp = request.headers.get("X-Timestamp", "0")
    if abs(time.time() - int(stamp)) > 300:
        abort(401)
    expected = hmac.new(SHARED, stamp.encode() + b"." + request.get_data(), hashlib.sha256).hexdigest()
    if not secrets.compare_digest(expected, request.headers.get("X-Signature", "")):
        abort(401)


@app.post("/sms")
def sms():
    verify()
    text = request.get_json()["text"]
    r = client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[{"role": "system", "content": RECEPTION}, {"role": "user", "content": text}],
    )
    return {"reply": r.choices[0].message.content}
