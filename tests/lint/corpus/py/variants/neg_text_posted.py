"""A long text that is posted to what is no model."""

from datetime import datetime

import requests

NOTICE = "The lift is out of order until further notice; please take the stairs at the back. " * 40


def publish(board: str) -> None:
    text = f"{datetime.now():%H:%M}\n{NOTICE} "
    requests.post("http://127.0.0.1:9000/boards", json={"board": board, "text": text}, timeout=5)
