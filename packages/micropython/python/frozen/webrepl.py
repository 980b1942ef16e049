# A board that no password was set for says so, and goes on. The way to a simulated board's REPL is another.
from _bridge import query
import _calls
from _sockets import refused


def start(port=8266, password=None, accept_handler=None):
    try:
        query(_calls.NET_RESOLVE, data=b"0.0.0.0")
    except OSError as e:
        refused(e, "webrepl.start")
    print("WebREPL is not there on a simulated board: espnow repl --listen serves its REPL")


def start_foreground(port=8266, password=None):
    start(port, password)


def stop():
    pass
