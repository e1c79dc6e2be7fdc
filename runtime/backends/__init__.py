"""The places a call can be sent to, behind one protocol."""
