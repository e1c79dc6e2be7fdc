from pathlib import Path
from openai import OpenAI
from pydantic import BaseModel

client = OpenAI()
FOLDER = Path(__file__).parent / "texts"
ORDER = ("role", "policy", "products", "format")


class Texts(BaseModel):
    role: str
    policy: str
    products: str
    format: str


def texts():
    return Texts.model_validate({p.stem: p.read_text() for p in FOLDER.glob("*.md")})


def system() -> str:
    held = texts()
    return f'{held.role}\n{held.policy}\n{held.format}'


def reply(turns: list[dict]) -> str:
    answer = client.chat.completions.create(
        model="gpt-5.6", messages=[{"role": "system", "content": system()}, *turns]
    )
    return answer.choices[0].message.content
