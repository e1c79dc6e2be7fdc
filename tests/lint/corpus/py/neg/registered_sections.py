"""Sections that register themselves, all of them fixed."""

from openai import OpenAI

SECTIONS = {}


def section(order):
    def wrap(fn):
        SECTIONS[order] = fn
        return fn

    return wrap


@section(1)
def who():
    return "You are the voice of a lift."


@section(2)
def how():
    return "Say the floor, then what is on it. " * 120


def head():
    return "\n".join(SECTIONS[key]() for key in sorted(SECTIONS))


def speak(floor: str):
    return OpenAI().responses.create(model="gpt-5.1", instructions=head(), input=floor)
