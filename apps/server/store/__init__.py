"""What annotators do, in one SQLite file.

`schema.py` has the tables, `database.py` the file; `traces.py`, `variations.py`, `flaws.py`, `submissions.py` and
`accounts.py` are what is stored. `publisher.py` keeps the JSON files that other tools read and write in step with it.
"""
