from openai import OpenAI
from qdrant_client import QdrantClient

client = OpenAI()
qdrant = QdrantClient("localhost")


class Researcher:
    def __init__(self, system: str, collection: str):
        self.collection = collection
        self.messages = [{"role": "system", "content": system}]

    def _query(self) -> list[float]:
        recent = " ".join(m["content"] for m in self.messages[-4:] if m["role"] == "user")
        return client.embeddings.create(model="text-embedding-3-large", input=recent).data[0].embedding

    def _passages(self) -> str:
        hits = qdrant.query_points(self.collection, query=self._query(), limit=5).points
        return "\n".join(f"[{h.id}] {h.payload['text']}" for h in hits)

    def ask(self, question: str) -> str:
        self.messages.append({"role": "user", "content": question})
        self.messages[-1] = {"role": "user", "content": f"{self._passages()}\n\n{question}"}
        r = client.chat.completions.create(model="gpt-4.1", messages=self.messages)
        self.messages.append({"role": "assistant", "content": r.choices[0].message.content})
        return r.choices[0].message.content
