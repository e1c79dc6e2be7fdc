"""Pathlib template with str.replace placeholder."""

from pathlib import Path
from datetime import datetime
import openai
client = openai.OpenAI()
TEMPLATE = Path(__file__).with_name("system.md").read_text()
def head():
    return TEMPLATE.replace("{{NOW}}", datetime.now().isoformat(timespec="minutes"))  # want: PFX101
def ask(h): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":head()}, *h])
