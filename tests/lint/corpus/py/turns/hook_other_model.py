"""A middleware that retries, and one that sends the messages as they are."""

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, wrap_model_call
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.checkpoint.memory import InMemorySaver


@wrap_model_call
def again(request: ModelRequest, handler):
    try:
        return handler(request)
    except TimeoutError:
        return handler(request.override(messages=request.messages))


agent = create_agent("openai:gpt-5.1", tools=[], middleware=[again], checkpointer=InMemorySaver())
