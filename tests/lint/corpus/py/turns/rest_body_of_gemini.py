"""A body for Google's REST interface; calls of the history get ids while it is written."""

import time

import requests

URL = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent"


def call_part(call: dict) -> dict:
    name = f"{call['name']}-{time.time_ns()}"  # want: PFX101 PFX102 PFX207
    return {"functionCall": {"id": name, "name": call["name"], "args": call["args"]}}


def contents_of(log: list[dict]) -> list[dict]:
    found = []
    for entry in log:
        if entry.get("calls"):
            found.append({"role": "model", "parts": [call_part(c) for c in entry["calls"]]})
        else:
            found.append({"role": entry["role"], "parts": [{"text": entry["text"]}]})
    return found


def ask(log: list[dict], head: str):
    body = {"systemInstruction": {"parts": [{"text": head}]}, "contents": contents_of(log)}
    return requests.post(URL, json=body, timeout=60).json()
