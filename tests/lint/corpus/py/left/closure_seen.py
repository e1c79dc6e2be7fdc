from fastapi import FastAPI
from openai import OpenAI

RULES = "You recommend films. Never name a film twice. " * 90


def create_app() -> FastAPI:
    app = FastAPI()
    client = OpenAI()
    named: list[str] = []
    turns: list[dict] = []

    @app.post("/ask")
    def ask(words: str) -> str:
        turns.append({"role": "user", "content": words})
        head = f"{RULES}\nNamed so far: {', '.join(named)}"
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": head}, *turns])
        text = r.choices[0].message.content
        named.append(text.splitlines()[0])  # want: PFX201
        turns.append({"role": "assistant", "content": text})
        return text

    return app
