"""Weekly digest: a model writes the summary, Jinja renders the mail around it."""
import smtplib
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

env = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
env.globals["now"] = datetime.now
client = OpenAI()
EDITOR = Path("prompts/editor.md").read_text()


def summarise(items: list[str]) -> str:
    r = client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[{"role": "system", "content": EDITOR}, {"role": "user", "content": "\n\n".join(items)}],
    )
    return r.choices[0].message.content


def send(to: str, items: list[str]) -> None:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = to, "Your week"
    mail.set_content(env.get_template("digest.html.j2").render(summary=summarise(items)), subtype="html")
    with smtplib.SMTP("localhost") as smtp:
        smtp.send_message(mail)
