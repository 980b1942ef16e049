# For _collector.py, which imports and executes a file.
for _ in (0,):
    pass
