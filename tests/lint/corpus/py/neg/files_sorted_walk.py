"""A walk whose folders and files are sorted."""

import os

from openai import OpenAI

client = OpenAI()


def read(root):
    out = []
    for folder, dirs, files in os.walk(root):
        dirs.sort()
        for name in sorted(files):
            with open(os.path.join(folder, name), encoding="utf-8") as handle:
                out.append(handle.read())
    return "\n".join(out)


DOCS = read("docs")


def ask(question):
    return client.responses.create(model="gpt-5.1", instructions=DOCS, input=question)
