"""The Python front end: reads the source of a function and lowers it to the IR."""
