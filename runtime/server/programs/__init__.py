"""Compiled programs as endpoints: typed by their signatures, run by the executor, told of value by value.

The server is handed plans and ready pages (`published.py`); nothing is compiled here.
"""
