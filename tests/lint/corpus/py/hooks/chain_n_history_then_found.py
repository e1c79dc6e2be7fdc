from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_openai import ChatOpenAI

RULES = "Answer only from the passages. Name the source behind every claim. Keep torque values with their unit. " * 20
PROMPT = ChatPromptTemplate.from_messages(
    [("system", RULES), ("placeholder", "{history}"), ("human", "{question}\n\nPassages:\n{found}")]
)


class Desk:
    def __init__(self, store):
        self.store = store
        self.chain = RunnablePassthrough.assign(found=RunnableLambda(self.found)) | PROMPT | ChatOpenAI(model="gpt-5.6")

    def found(self, inputs: dict) -> str:
        return "\n".join(d.page_content for d in self.store.similarity_search(inputs["question"]))

    def ask(self, question: str, history: list):
        return self.chain.invoke({"question": question, "history": history})
