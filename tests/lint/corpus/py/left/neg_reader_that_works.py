"""A class with a person's word for a name that does the work: what it holds is its program's, not a person's."""
from openai import OpenAI

client = OpenAI()
HOUSE = "Read slowly. Say what the page says and nothing else. Name the line in which you found it. " * 90


class Reader:
    """Reads pages aloud."""

    def __init__(self, tone: str, dialect: str):
        self.tone = tone
        self.dialect = dialect

    def manner(self) -> str:
        """How it reads."""
        return f"Speak in a {self.tone} voice, in {self.dialect}.\n{HOUSE}"

    def read(self, talk: list[dict]) -> str:
        """One answer."""
        return client.responses.create(model="gpt-5.1", instructions=self.manner(), input=talk).output_text
