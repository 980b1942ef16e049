# The way to the host: see src/micropython/vm/host-module.ts. What the host refuses is raised here.
import _host
from uctypes import addressof

_WRONG_VALUE = -0x10000

# Words that the host keeps up to date (src/micropython/control-block.ts).
AVAILABLE = 7
SENDS_PENDING = 8
SEND_FAILURES = 9

ESPNOW_IRQ = 0

buffer = bytearray(8192)
view = memoryview(buffer)
_host.attach(addressof(buffer))

call_host = _host.call
wait = _host.wait
word = _host.word


# Asks the host; `length` bytes of `buffer` go with it. Returns a number; bytes of the answer stand in `buffer`.
def ask(op, length=0, a=0, b=0):
    result = _host.call(op, length, a, b)
    if result >= 0:
        return result
    _fail(result, view[: _host.replyLength()])


def _fail(result, text):
    text = str(text, "utf8")
    if result == _WRONG_VALUE:
        raise ValueError(text)
    if result < -0x3000:
        raise OSError(result, text)
    raise OSError(-result)


# As ask, with `data` as the bytes: anything with a buffer, a string too.
def call(op, data=b"", a=0, b=0):
    if isinstance(data, str):
        data = data.encode()
    length = len(data)
    view[:length] = data
    return ask(op, length, a, b)


# As call, and returns the bytes of the answer. No jump stands between the call and the copy: at a jump a callback may
# run, and ask too.
def query(op, data=b"", a=0, b=0):
    view[: len(data)] = data
    result = call_host(op, len(data), a, b)
    answer = bytes(view[: _host.replyLength()])
    if result < 0:
        _fail(result, answer)
    return answer


# The bytes of the last answer.
def reply():
    return bytes(view[: _host.replyLength()])
