from datetime import datetime

from litellm.integrations.custom_logger import CustomLogger


class Stamp(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data: dict, call_type: str):
        data["messages"].insert(0, {"role": "system", "content": f"It is {datetime.now()}."})  # want: PFX101
        return data
