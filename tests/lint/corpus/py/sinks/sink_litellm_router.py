from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from litellm import Router
router = Router(model_list=[])
async def ask(q):
    return await router.acompletion(model="gpt-5.1", messages=[{"role": "system", "content": head()}, {"role": "user", "content": q}])
