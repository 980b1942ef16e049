# Tracebacks as a board prints them: there the modules of this folder are written in C and have no frames.
import io
import sys

_ROM = '  File "/rom/modules/'
# Modules that are Python on a board too.
_PYTHON = ("asyncio/", "aioespnow.py", "frozen/")


def print_exception(exception, file=sys.stdout):
    text = io.StringIO()
    sys.print_exception(exception, text)
    for line in text.getvalue().split("\n")[:-1]:
        if line.startswith(_ROM):
            line = line[len(_ROM) :]
            if not line.startswith(_PYTHON):
                continue
            line = '  File "' + line.replace("frozen/", "", 1)
        file.write(line + "\n")
