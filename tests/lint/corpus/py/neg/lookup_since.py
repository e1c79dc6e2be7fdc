"""Rows since yesterday are asked for by the clock, in an order, and stand in the newest message."""
from datetime import datetime, timedelta

from openai import OpenAI


class Reports:
    def __init__(self, repository) -> None:
        self.repository = repository

    def digest(self) -> str:
        rows = self.repository.newer_than(datetime.now() - timedelta(days=1))
        return "\n".join(sorted(row.title for row in rows))


def brief(reports: Reports) -> str:
    reply = OpenAI().responses.create(
        model="gpt-5.1", instructions="Write a brief for the board. " * 150, input=f"Titles:\n{reports.digest()}"
    )
    return reply.output_text
