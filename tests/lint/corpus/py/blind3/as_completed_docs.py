from concurrent.futures import ThreadPoolExecutor, as_completed

import anthropic
import httpx

client = anthropic.Anthropic()
SOURCES = (
    "https://docs.example.org/tariffs.txt",
    "https://docs.example.org/zones.txt",
    "https://docs.example.org/exceptions.txt",
)


def fetch(url: str) -> str:
    return httpx.get(url, timeout=20).raise_for_status().text


def reference() -> str:
    texts: list[str] = []
    with ThreadPoolExecutor() as pool:
        futures = {pool.submit(fetch, url): url for url in SOURCES}
        for future in as_completed(futures):  # want: PFX301 PFX204 PFX307
            texts.append(f"<source url='{futures[future]}'>\n{future.result()}\n</source>")
    return "\n".join(texts)


class TariffDesk:
    def __init__(self) -> None:
        self.system = [{"type": "text", "text": reference(), "cache_control": {"type": "ephemeral"}}]  # want: PFX301 PFX204 PFX307

    def ask(self, messages: list[dict]) -> str:
        reply = client.messages.create(model="claude-sonnet-4-5", max_tokens=800, system=self.system, messages=messages)
        return reply.content[0].text
