"""A program of the Python front end with a ticket number in front."""
import uuid

import sglc as sgl

RULES = "You answer questions about tickets for a theatre. " * 60


@sgl.function
def desk(s, question):
    number = uuid.uuid4().hex[:8]  # want: PFX102 PFX201
    with s.system():
        s += f"Ticket {number}\n"
        s += RULES
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("answer", max_tokens=80))
