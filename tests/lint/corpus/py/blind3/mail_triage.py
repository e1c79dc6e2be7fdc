from email.utils import formatdate, make_msgid
from pathlib import Path

from anthropic import Anthropic

client = Anthropic()
TRIAGE = Path("prompts/mail_triage.txt").read_text()


def envelope(mailbox: str) -> dict[str, str]:
    return {
        "Mailbox": mailbox,
        "Date": formatdate(localtime=True),  # want: PFX101 PFX201
    }


def system_text(mailbox: str) -> str:
    head = "".join(f"{key}: {value}\n" for key, value in envelope(mailbox).items())
    return head + "\n" + TRIAGE  # want: PFX101 PFX201


def triage(mailbox: str, raw_mail: str) -> dict:
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=250,
        system=system_text(mailbox),
        messages=[{"role": "user", "content": raw_mail}],
    )
    return {"id": make_msgid(), "verdict": reply.content[0].text}
