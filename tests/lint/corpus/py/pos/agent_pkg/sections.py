"""Sections of the system prompt; each registers itself."""

import secrets

SECTIONS = []


def section(fn):
    SECTIONS.append(fn)
    return fn


@section
def who() -> str:
    return "You are a deployment agent."


@section
def run_tag() -> str:
    return "Run " + secrets.token_hex(4)  # want: PFX102


@section
def steps() -> str:
    return "Check the branch, then the tests, then the image. " * 80
