import time

from google.adk.agents import LlmAgent


def before_model_callback(callback_context, llm_request):
    llm_request.config.system_instruction = f"Clock {time.time()}\n" + llm_request.config.system_instruction  # want: PFX101


agent = LlmAgent(name="desk", model="gemini-3-pro", instruction="You help.", before_model_callback=before_model_callback)
