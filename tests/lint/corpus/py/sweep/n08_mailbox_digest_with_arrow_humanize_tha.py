"""Mailbox digest with arrow humanize that goes to a mail."""

import arrow, smtplib
from email.message import EmailMessage
from openai import OpenAI
client = OpenAI()
HEAD = "For n08 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def send(item, to):
    r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD},{"role":"user","content":item["text"]}])
    m = EmailMessage(); m["To"] = to
    m.set_content(f"{r.choices[0].message.content}\n({arrow.get(item['at']).humanize()})")
    smtplib.SMTP("localhost").send_message(m)
