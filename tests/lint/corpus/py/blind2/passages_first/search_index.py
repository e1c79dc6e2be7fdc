import os
from typing import NamedTuple

import httpx


class Passage(NamedTuple):
    id: str
    text: str


def query_index(text: str, top: int) -> list[Passage]:
    r = httpx.post(os.environ["SEARCH_URL"], json={"q": text, "top": top}, timeout=10)
    r.raise_for_status()
    return [Passage(h["id"], h["text"]) for h in r.json()["hits"]]
