import numpy as np
from openai import OpenAI

client = OpenAI()
SYSTEM = open("prompts/sql_writer.md").read()


class ExampleIndex:
    def __init__(self, pairs: list[tuple[str, str]]):
        self.pairs = pairs
        self.matrix = np.stack([self.embed(q) for q, _ in pairs])

    @staticmethod
    def embed(text: str) -> np.ndarray:
        data = client.embeddings.create(model="text-embedding-3-small", input=text).data
        return np.asarray(data[0].embedding)

    def nearest(self, text: str, k: int = 3) -> list[tuple[str, str]]:
        scores = self.matrix @ self.embed(text)
        return [self.pairs[i] for i in np.argsort(-scores)[:k]]


def write_sql(index: ExampleIndex, question: str) -> str:
    shots = "\n\n".join(f"Q: {q}\nSQL: {s}" for q, s in index.nearest(question))
    r = client.chat.completions.create(
        model="gpt-4.1",
        messages=[
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"Similar questions:\n{shots}\n\nQ: {question}\nSQL:"},
        ],
    )
    return r.choices[0].message.content
