"""Gemini with a configuration object that is built per call."""
import socket
from google import genai
from google.genai import types

client = genai.Client()
RULES = "You guard a network. " * 200


def settings():
    return types.GenerateContentConfig(system_instruction=f"Host {socket.gethostname()}.\n{RULES}")  # want: PFX105 PFX201


def ask(contents):
    return client.models.generate_content(model="gemini-2.5-pro", contents=contents, config=settings())
