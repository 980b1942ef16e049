# Runs a program as a board runs its main.py. Returns its exit code.
import io

import __main__
import _host
import _time

from _traceback import print_exception


# The program's globals are those of `__main__`, not of this module.
def run(path):
    try:
        execfile(path.lstrip("/"), __main__.__dict__)
    except SystemExit as e:
        return _exit_code(e.value)
    except KeyboardInterrupt as e:
        _print(e)
        return 130
    except BaseException as e:
        _print(e)
        return 1
    return 0


def _print(exception):
    text = io.StringIO()
    print_exception(exception, text)
    _host.failed(text.getvalue())
    print(text.getvalue(), end="")


def _exit_code(value):
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    print(value)
    return 1
