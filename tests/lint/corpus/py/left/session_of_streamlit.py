import streamlit as st
from openai import OpenAI

client = OpenAI()
RULES = "You help to fill an application for a loan. " * 80


def answer(words: str) -> str:
    st.session_state.turns.append({"role": "user", "content": words})
    head = f"{RULES}\nFilled so far: {st.session_state.filled}"
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": head}, *st.session_state.turns])
    text = r.choices[0].message.content
    st.session_state.turns.append({"role": "assistant", "content": text})
    st.session_state.filled += 1  # want: PFX201
    return text
