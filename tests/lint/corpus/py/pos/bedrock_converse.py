"""Bedrock with a clock in the system text."""
import datetime
import boto3

runtime = boto3.client("bedrock-runtime")
RULES = "You inspect bridges. " * 200


def converse(history):
    now = datetime.datetime.utcnow().isoformat()  # want: PFX101 PFX201
    return runtime.converse(modelId="anthropic.claude-sonnet", system=[{"text": now + "\n" + RULES}], messages=history)
