from collections import Counter
from pathlib import Path

from openai import OpenAI

client = OpenAI()
LIBRARIAN = Path("prompts/librarian.md").read_text()
VOCABULARY = [line.strip() for line in Path("prompts/vocabulary.txt").read_text().splitlines()]


def unique(words: list[str]) -> list[str]:
    return list(dict.fromkeys(w.lower() for w in words if w))


class Tagger:
    def __init__(self) -> None:
        self.known = unique(VOCABULARY)
        self.system = LIBRARIAN + "\n\nVocabulary:\n" + "\n".join(self.known)
        self.seen: Counter[str] = Counter()

    def tag(self, abstract: str) -> list[str]:
        r = client.chat.completions.create(
            model="gpt-4.1-mini",
            messages=[{"role": "system", "content": self.system}, {"role": "user", "content": abstract}],
        )
        tags = [t.strip().lower() for t in r.choices[0].message.content.split(",")]
        valid = [t for t in tags if t in set(self.known)]
        self.seen.update(valid)
        return valid

    def coverage(self) -> float:
        return len(set(self.seen)) / len(self.known)
