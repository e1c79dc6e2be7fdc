import time
import uuid

from litellm.integrations.custom_logger import CustomLogger


class Tracer(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data: dict, call_type: str):
        data.setdefault("metadata", {})
        data["metadata"]["trace"] = uuid.uuid4().hex
        data["metadata"]["at"] = time.time()
        if not data["messages"]:
            raise ValueError("no messages")
        return data
