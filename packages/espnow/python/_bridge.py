# The way to the host: see src/micropython/vm/host-module.ts. What the host refuses is raised here.
import _host
from uctypes import addressof

_WRONG_VALUE = -0x10000

# Words that the host keeps up to date (src/micropython/control-block.ts).
AVAILABLE = 7
SENDS_PENDING = 8

buffer = bytearray(8192)
view = memoryview(buffer)
_host.attach(addressof(buffer))

wait = _host.wait
word = _host.word


# Asks the host; `length` bytes of `buffer` go with it. Returns a number; bytes of the answer stand in `buffer`.
def ask(op, length=0, a=0, b=0):
    result = _host.call(op, length, a, b)
    if result >= 0:
        return result
    text = str(view[: _host.replyLength()], "utf8")
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


# The bytes of the last answer.
def reply():
    return bytes(view[: _host.replyLength()])
