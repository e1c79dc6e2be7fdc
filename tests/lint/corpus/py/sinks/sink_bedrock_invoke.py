from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import boto3, json
bedrock = boto3.client("bedrock-runtime")
def ask(q):
    body = {"anthropic_version": "x", "system": head(), "messages": [{"role": "user", "content": q}]}
    return bedrock.invoke_model(modelId="anthropic.claude", body=json.dumps(body))
