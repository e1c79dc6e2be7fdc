"""What passes are written in, and the parts of them that fill a file of their own.

Only the passes import it.
"""
