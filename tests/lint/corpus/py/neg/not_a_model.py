"""Calls that only look like one."""

from datetime import datetime

from twilio.rest import Client

client = Client()


def notify(number: str):
    return client.messages.create(
        to=number, from_="+1", body=f"It is {datetime.now()}. " + "Your parcel is here. " * 20
    )
