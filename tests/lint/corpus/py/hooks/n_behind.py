from datetime import datetime

from litellm.integrations.custom_logger import CustomLogger


class Clock(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data: dict, call_type: str):
        data["messages"].append({"role": "user", "content": f"[{datetime.now():%H:%M}]"})
        return data
