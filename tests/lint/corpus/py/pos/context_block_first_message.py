"""What was looked up for the newest question is put into the first message."""
from openai import OpenAI

client = OpenAI()
INTRO = "Use the context. " * 150


class Rag:
    def __init__(self, store) -> None:
        self.store = store
        self.messages = [{"role": "system", "content": INTRO}]

    def ask(self, question: str) -> str:
        hits = self.store.similarity_search(question, k=4)  # want: PFX201 PFX204 PFX207
        context = "\n".join(hit.page_content for hit in hits)
        self.messages[0] = {"role": "system", "content": f"{INTRO}\n<context>{context}</context>"}
        self.messages.append({"role": "user", "content": question})
        reply = client.chat.completions.create(model="gpt-5.1", messages=self.messages)
        self.messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        return self.messages[-1]["content"]
