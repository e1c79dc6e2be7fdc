"""Gemini takes the system text in its configuration."""

from datetime import datetime

from google import genai
from google.genai import types

client = genai.Client()
RULES = "Describe paintings for people who can't see them. " * 120


def describe(image, text: str):
    config = types.GenerateContentConfig(
        system_instruction=f"{datetime.now()} {RULES}"
    )  # want: PFX101
    return client.models.generate_content(
        model="gemini-3-pro", contents=[image, text], config=config
    )
