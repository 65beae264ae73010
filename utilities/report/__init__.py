"""One page about benchmark runs: which runs the files hold, their figures, charts, and a table of tasks.

`benchmark/report.py` is the script. The page is one file that asks nothing of any network; what models and files say
reaches it as text only. Not here: scores themselves (utilities/scoring).
"""
