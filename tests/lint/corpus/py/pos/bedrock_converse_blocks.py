"""Bedrock's converse with a machine's host name and load in the head."""

import os

import boto3

runtime = boto3.client("bedrock-runtime")
HANDBOOK = "Rotate the logs weekly. Never restart the primary without a second person. " * 60


def status_block() -> dict:
    one, five, fifteen = os.getloadavg()  # want: PFX105 PFX201 PFX101
    return {"text": f"load {one:.2f} {five:.2f} {fifteen:.2f}"}


def ask(messages: list[dict]):
    return runtime.converse(
        modelId="anthropic.claude-sonnet-5",
        system=[status_block(), {"text": HANDBOOK}],
        messages=messages,
    )
