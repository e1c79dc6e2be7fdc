import json
import sqlite3
from pathlib import Path

from openai import OpenAI

client = OpenAI()
RULES = Path("prompts/licensing.md").read_text()


def matrix(db: sqlite3.Connection) -> str:
    rows = db.execute(
        """
        SELECT edition, feature, included
        FROM matrix
        ORDER BY edition, feature
        """
    )
    table: dict[str, dict[str, bool]] = {}
    for edition, feature, included in rows:
        table.setdefault(edition, {})[feature] = bool(included)
    return json.dumps(table, sort_keys=True, indent=1)


class Licensing:
    def __init__(self, path: str):
        with sqlite3.connect(path) as db:
            self.system = f"{RULES}\n\n{matrix(db)}"

    def answer(self, customer: str, question: str) -> str:
        r = client.chat.completions.create(
            model="gpt-4.1",
            messages=[
                {"role": "system", "content": self.system},
                {"role": "user", "content": f"Customer: {customer}\n{question}"},
            ],
        )
        return r.choices[0].message.content
