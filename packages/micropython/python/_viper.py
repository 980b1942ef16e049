# What functions for @micropython.viper call, which run as bytecode here (src/vm/files/native-code.ts).
from uctypes import addressof, bytearray_at


# Points to numbers without sign of `_BYTES` bytes, at an address or in a buffer.
class _Pointer:
    def __init__(self, target):
        self._target = target  # which must live as long
        self._address = target if isinstance(target, int) else addressof(target)

    def _bytes(self, index):
        return bytearray_at(self._address + index * self._BYTES, self._BYTES)

    def __getitem__(self, index):
        return int.from_bytes(self._bytes(index), "little")

    def __setitem__(self, index, value):
        self._bytes(index)[:] = (value & (1 << 8 * self._BYTES) - 1).to_bytes(self._BYTES, "little")


class ptr8(_Pointer):
    _BYTES = 1


class ptr16(_Pointer):
    _BYTES = 2


class ptr32(_Pointer):
    _BYTES = 4


def uint(x):
    return int(x) & 0xFFFFFFFF


# Decorates a function in machine code, which a board runs and this does not.
def _assembler(function):
    def refused(*args):
        raise NotImplementedError("a simulated board runs bytecode: it cannot run a function in assembler")

    return refused


asm_xtensa = asm_rv32 = _assembler
