"""LangChain's OpenAI client against the server whose address is the first argument."""

# pyright: reportMissingImports=false

import sys

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAI
from pydantic import BaseModel


class Fact(BaseModel):
    """A fact."""

    sunny: bool


@tool
def weather(sunny: bool) -> str:
    """Tell the weather."""
    return str(sunny)


def main() -> None:
    base = {"base_url": sys.argv[1] + "/v1", "api_key": "none", "model": "tiny", "temperature": 0}
    chat = ChatOpenAI(**base, max_tokens=24)
    said = chat.invoke("the thin king?")
    assert said.usage_metadata["input_tokens"] > 0
    assert isinstance(said.usage_metadata["input_token_details"]["cache_read"], int)
    pieces = list(chat.stream("the thin king?", stream_usage=True))
    assert "".join(piece.content for piece in pieces) == said.content
    wide = ChatOpenAI(**base, max_tokens=200)
    assert isinstance(wide.with_structured_output(Fact).invoke("sunny?"), Fact)
    assert isinstance(
        wide.with_structured_output(Fact, method="function_calling").invoke("sunny?"), Fact
    )
    called = wide.bind_tools([weather], tool_choice="weather").invoke("sunny?")
    assert called.tool_calls[0]["name"] == "weather"
    assert (
        chat.bind(logprobs=True, top_logprobs=2)
        .invoke("a")
        .response_metadata["logprobs"]["content"]
    )
    assert isinstance(
        ChatOpenAI(**base, max_tokens=24, use_responses_api=True).invoke("a").text, str
    )
    assert isinstance(OpenAI(**base, max_tokens=8).invoke("the thin king"), str)
    assert len(chat.batch(["a", "b", "c"])) == 3
    print("fine")


if __name__ == "__main__":
    main()
