import json
import threading
import uuid
from datetime import datetime
from pathlib import Path

import litellm
from litellm.integrations.custom_logger import CustomLogger


class TraceWriter(CustomLogger):
    def __init__(self, folder: Path):
        super().__init__()
        self.path = folder / f"trace-{datetime.now():%Y%m%d%H%M%S}-{uuid.uuid4().hex[:4]}.jsonl"
        self.lock = threading.Lock()

    def log_success_event(self, kwargs, response_obj, start_time, end_time):
        record = {
            "at": datetime.now().isoformat(),
            "seconds": (end_time - start_time).total_seconds(),
            "messages": kwargs["messages"],
            "answer": response_obj.choices[0].message.content,
        }
        with self.lock, self.path.open("a") as fh:
            fh.write(json.dumps(record) + "\n")


litellm.callbacks = [TraceWriter(Path("traces"))]
CHEF = Path("prompts/menu.md").read_text()


def menu(order: str) -> str:
    messages = [{"role": "system", "content": CHEF}, {"role": "user", "content": order}]
    return litellm.completion(model="mistral/mistral-large-latest", messages=messages).choices[0].message.content
