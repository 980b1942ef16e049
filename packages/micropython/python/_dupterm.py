# What a program prints goes to the stream of os.dupterm() as well.
import builtins
import io

import _sys

_print = builtins.print
_print_exception = _sys.print_exception
_stream = None
_is_writing = False


# Stands for sys.stdout meanwhile.
class _Both:
    def __init__(self, out):
        self._out = out

    def write(self, text, *limits):
        count = self._out.write(text, *limits)
        _send(text[:count])
        return count

    def __getattr__(self, name):
        return getattr(self._out, name)


# What the stream prints itself goes only where it went.
def _send(text):
    global _is_writing
    if _is_writing or _stream is None:
        return
    _is_writing = True
    try:
        data = text.encode() if isinstance(text, str) else bytes(text)
        _stream.write(data.replace(b"\n", b"\r\n"))
    finally:
        _is_writing = False


def _print_to_both(*args, file=None, **kwargs):
    if file is not None and file is not _sys.stdout:
        return _print(*args, file=file, **kwargs)
    text = io.StringIO()
    _print(*args, file=text, **kwargs)
    _sys.stdout.write(text.getvalue())


def duplicate(stream):
    global _stream
    if isinstance(_sys.stdout, _Both):
        _sys.stdout = _sys.stdout._out
    _stream = stream
    builtins.print = _print if stream is None else _print_to_both
    _sys.print_exception = _print_exception
    if stream is not None:
        _sys.stdout = _Both(_sys.stdout)
        _sys.print_exception = lambda exception, file=None: _print_exception(exception, file or _sys.stdout)
