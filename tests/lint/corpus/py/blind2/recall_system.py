from typing import Sequence

from langchain_chroma import Chroma
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

store = Chroma("memories", OpenAIEmbeddings(model="text-embedding-3-small"))
model = ChatOpenAI(model="gpt-4.1")


class Diarist:
    def __init__(self, persona: str):
        self.persona = persona
        self.log: list[BaseMessage] = []

    def _recall(self, question: str) -> str:
        docs = store.similarity_search(question, k=5)  # want: PFX201 PFX204
        return "\n".join(d.page_content for d in docs)

    def _prompt(self, question: str) -> Sequence[BaseMessage]:
        system = SystemMessage(f"{self.persona}\n\nWhat you remember:\n{self._recall(question)}")  # want: PFX201 PFX204
        return [system, *self.log, HumanMessage(question)]

    def reply(self, question: str) -> str:
        answer = model.invoke(self._prompt(question))
        self.log += [HumanMessage(question), AIMessage(answer.content)]
        store.add_texts([question])
        return answer.content
