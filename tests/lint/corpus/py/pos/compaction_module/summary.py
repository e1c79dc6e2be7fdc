def summarise(client, messages: list[dict]) -> str:
    reply = client.chat.completions.create(  # want: PFX212 PFX305
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": "You compress conversations. Keep names and figures."},
            *messages,
        ],
    )
    return reply.choices[0].message.content
