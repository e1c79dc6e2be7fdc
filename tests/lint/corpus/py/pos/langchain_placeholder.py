"""LangChain with a placeholder for history and a clock given at invoke time."""

from datetime import datetime

from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_openai import ChatOpenAI

SYSTEM = "The clock shows {clock}.\n" + "Route tickets to teams. Name the team in one word. " * 60

prompt = ChatPromptTemplate.from_messages(
    [("system", SYSTEM), MessagesPlaceholder("history"), ("human", "{ticket}")]
)
chain = prompt | ChatOpenAI(model="gpt-5.1")


async def route(history, ticket: str):
    return await chain.ainvoke(
        {
            "history": history,
            "ticket": ticket,
            "clock": datetime.utcnow().isoformat(timespec="seconds"),  # want: PFX101
        }
    )
