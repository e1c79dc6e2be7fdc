from datetime import datetime

from crewai.hooks import before_llm_call


@before_llm_call
def add_time(context):
    context.messages.insert(0, {"role": "system", "content": f"Now: {datetime.now().isoformat()}"})  # want: PFX101
