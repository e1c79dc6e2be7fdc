"""A collector names a stamp; the answer is a number, and what it stands for is in the question alone."""
from openai import OpenAI

client = OpenAI()
MANNER = "Choose one stamp. Look at the perforation first, then at the colour, last at the year. " * 90
SIX = ["1", "2", "3", "4", "5", "6"]


class Album:
    """All stamps that are known."""

    def __init__(self, index):
        self.index = index

    def choose(self, words: str) -> str:
        """The stamp that is meant."""
        near = self.index.nearest(words, 6)
        form = {"type": "object", "properties": {"stamp": {"type": "string", "enum": SIX}}}
        reply = client.responses.create(
            model="gpt-5.1",
            instructions=MANNER,
            input=f"{words}\n" + "\n".join(f"{n}. {s.title}" for n, s in enumerate(near, 1)),
            text={"format": {"type": "json_schema", "name": "stamp", "schema": form}},
        )
        return near[int(reply.output_text) - 1].code
