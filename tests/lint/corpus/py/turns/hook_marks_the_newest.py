"""A middleware sets a breakpoint on the newest message, whose text stays as it is."""

from langchain.agents import create_agent
from langchain.agents.middleware import ModelRequest, wrap_model_call
from langchain_core.messages import HumanMessage

MARK = {"type": "ephemeral"}


@wrap_model_call
def marked(request: ModelRequest, handler):
    newest = request.messages[-1]
    block = {"type": "text", "text": newest.content, "cache_control": MARK}
    return handler(request.override(messages=[*request.messages[:-1], HumanMessage(content=[block])]))


agent = create_agent("anthropic:claude-sonnet-5", tools=[], system_prompt="Be brief. " * 600, middleware=[marked])
