from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_openai import ChatOpenAI

RULES = "Answer only from the passages. Name the source behind every claim. Keep torque values with their unit. " * 20
PROMPT = ChatPromptTemplate.from_messages([("system", "Passages:\n{found}\n\n" + RULES), ("human", "{question}")])


def chain(store):
    def found(inputs: dict) -> str:
        hits = store.similarity_search(inputs["question"], k=4)  # want: PFX201 PFX202 PFX204
        return "\n\n".join(h.page_content for h in hits)

    return {"found": found, "question": RunnablePassthrough()} | PROMPT | ChatOpenAI(model="gpt-5.6")
