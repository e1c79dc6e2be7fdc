from litellm.integrations.custom_logger import CustomLogger

HOUSE = "Answer in plain words. Never name a customer. Say where a figure comes from."


class House(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data: dict, call_type: str):
        if call_type == "completion" and data.get("messages"):
            data["messages"].insert(0, {"role": "system", "content": HOUSE})
        return data
