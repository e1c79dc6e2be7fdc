from datetime import datetime, timezone
from operator import itemgetter

from langchain_anthropic import ChatAnthropic
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

with open("prompts/energy.md") as fh:
    ENERGY = fh.read().replace("{", "{{").replace("}", "}}")

prompt = ChatPromptTemplate.from_messages(
    [
        ("system", ENERGY),
        ("human", "Meter: {meter}\nReadings: {readings}\nAsked at {asked_at}\n\n{question}"),
    ]
)

chain = (
    RunnablePassthrough.assign(
        asked_at=RunnableLambda(lambda _: datetime.now(timezone.utc).isoformat(timespec="seconds")),
        readings=itemgetter("readings") | RunnableLambda(lambda rs: ", ".join(f"{r:.1f}" for r in rs)),
    )
    | prompt
    | ChatAnthropic(model="claude-sonnet-4-5")
)


def explain(meter: str, readings: list[float], question: str) -> str:
    return chain.invoke({"meter": meter, "readings": readings, "question": question}).content
