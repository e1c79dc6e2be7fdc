import redis.asyncio as redis
from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger

pool = redis.Redis()


class Limit(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data: dict, call_type: str):
        spent = int(await pool.get(f"spent:{user_api_key_dict.team_id}") or 0)
        if spent > 1_000_000:
            raise HTTPException(429, f"{spent} tokens are spent")
        data["messages"][0]["content"] = data["messages"][0]["content"].strip()
        return data

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        await pool.incrby(f"spent:{kwargs['user']}", response_obj.usage.total_tokens)
