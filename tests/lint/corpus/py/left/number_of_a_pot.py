"""A museum's small model names the ware of a sherd; examples stand in front, the rest of the shelf mark is filled in."""
from dataclasses import dataclass
from pathlib import Path

from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:30000/v1", api_key="none")
SHERDS = Path(__file__).with_name("sherds.txt").read_text(encoding="utf-8").rstrip()


@dataclass(frozen=True)
class Sherd:
    serial: int
    seen: str


def asked(sherd: Sherd) -> str:
    return f"{SHERDS}\n\nShelf 1900{sherd.serial}\nSeen: {sherd.seen}\nWare:"  # want: PFX404


def ware(sherd: Sherd) -> str:
    reply = client.completions.create(model="base-8b", prompt=asked(sherd), max_tokens=5, stop=["\n"])
    return reply.choices[0].text.strip()
