"""A middleware as a class: it reminds the model of the form of an answer, behind the messages of the graph."""

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, wrap_model_call
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.checkpoint.memory import InMemorySaver


class Reminder(AgentMiddleware):
    def __init__(self, words: str) -> None:
        self.words = words

    def wrap_model_call(self, request: ModelRequest, handler):
        reminded = request.messages + [HumanMessage(content=self.words)]
        return handler(request.override(messages=reminded))  # want: PFX209 PFX207


agent = create_agent(
    "openai:gpt-5.1",
    tools=[],
    system_prompt="You plan the shifts of a bakery. " * 120,
    middleware=[Reminder("Answer as a table with a row for each day.")],
    checkpointer=InMemorySaver(),
)
