from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, SystemMessage

llm = ChatAnthropic(model="claude-opus-4-1", max_tokens=300)

RULES = SystemMessage(
    content=[
        {
            "type": "text",
            "text": "Turn the note into a polite reply to a landlord. Two paragraphs, no greeting, no signature.",  # want: PFX405
            "cache_control": {"type": "ephemeral"},  # want: PFX405
        }
    ]
)


def polite(note: str) -> str:
    return llm.invoke([RULES, HumanMessage(note)]).content


if __name__ == "__main__":
    import fileinput

    print(polite("".join(fileinput.input())))
