import sqlite3


class Results:
    path = "results.db"

    @classmethod
    def put(cls, key: str, text: str) -> None:
        with sqlite3.connect(cls.path) as db:
            db.execute("INSERT OR REPLACE INTO results(key, text) VALUES (?, ?)", (key, text))
