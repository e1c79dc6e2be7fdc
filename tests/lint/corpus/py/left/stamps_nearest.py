"""A collector names a stamp; the answer is one of those in the album that are nearest to it."""
from openai import OpenAI

client = OpenAI()
MANNER = "Choose one stamp. Look at the perforation first, then at the colour, last at the year. " * 90


class Album:
    """All stamps that are known."""

    def __init__(self, index):
        self.index = index

    def choose(self, words: str) -> str:
        """The stamp that is meant."""
        near = self.index.nearest(words, 6)  # want: PFX605
        form = {"type": "object", "properties": {"stamp": {"type": "string", "enum": [s.code for s in near]}}}
        reply = client.responses.create(
            model="gpt-5.1",
            instructions=MANNER,
            input=f"{words}\n" + "\n".join(s.title for s in near),
            text={"format": {"type": "json_schema", "name": "stamp", "schema": form}},
        )
        return reply.output_text
