"""No model here: mails and events with times and ids."""
import smtplib
import uuid
from datetime import datetime
from email.message import EmailMessage


class Mailer:
    def __init__(self, host: str) -> None:
        self.host = host

    def create(self, messages: list[dict]) -> None:
        with smtplib.SMTP(self.host) as smtp:
            for entry in messages:
                mail = EmailMessage()
                mail["Subject"] = f"[{uuid.uuid4().hex[:6]}] {entry['subject']}"
                mail["To"] = entry["to"]
                mail.set_content(f"{datetime.now():%c}\n\n{entry['content']}")
                smtp.send_message(mail)


def remind(mailer: Mailer, people: set[str]) -> None:
    mailer.create(messages=[{"to": p, "subject": "Reminder", "content": f"Dear {p}"} for p in people])
