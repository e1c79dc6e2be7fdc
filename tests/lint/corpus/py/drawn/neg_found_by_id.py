"""What a run made is found by its id, which is drawn when the run begins."""

import uuid

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def ask(board, question):
    mine = str(uuid.uuid4())
    board.start(mine, question)
    notes = [note.text for note in board.notes if note.owner == mine]
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RULES}, {"role": "user", "content": "\n".join(notes) + question}],
    )
