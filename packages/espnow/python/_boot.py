# Runs a program as a board runs its main.py. Returns its exit code.
import sys

import __main__

from _traceback import print_exception


def run(path):
    try:
        execfile(path.lstrip("/"), __main__.__dict__)
    except SystemExit as e:
        return _exit_code(e.value)
    except KeyboardInterrupt as e:
        print_exception(e)
        return 130
    except BaseException as e:
        print_exception(e)
        return 1
    return 0


def _exit_code(value):
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    print(value)
    return 1
