"""A middleware puts the same rules in front of the messages, each time."""

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, wrap_model_call
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.checkpoint.memory import InMemorySaver

RULES = "Answer from the handbook alone. Name the page. " * 60


@wrap_model_call
def with_rules(request: ModelRequest, handler):
    return handler(request.override(messages=[SystemMessage(RULES), *request.messages]))


agent = create_agent("openai:gpt-5.1", tools=[], middleware=[with_rules], checkpointer=InMemorySaver())
