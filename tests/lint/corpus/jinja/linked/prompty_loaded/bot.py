import uuid

import prompty
import prompty.openai


def ask(question: str):
    desk = prompty.load("desk_pty.prompty")
    return prompty.execute(desk, inputs={"case": str(uuid.uuid4()), "question": question})  # want: PFX102 PFX201
