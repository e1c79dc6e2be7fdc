from langchain_core.messages import SystemMessage, trim_messages
from langchain_openai import ChatOpenAI

llm = ChatOpenAI(model="gpt-5.1")
SYSTEM = SystemMessage("You plan journeys by rail. " + "Never suggest a flight. " * 40)


def call_model(state: dict) -> dict:
    recent = trim_messages(  # want: PFX207
        state["messages"], max_tokens=4000, strategy="last", token_counter=llm, start_on="human"
    )
    reply = llm.invoke([SYSTEM, *recent])
    return {"messages": [reply]}
