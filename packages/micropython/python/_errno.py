# The error numbers of the board: an ESP32 has those of its C library (newlib), an ESP8266 MicroPython's own.
import uerrno
from uctypes import bytearray_at

_NEWLIB = {
    "EADDRINUSE": 112,
    "ECONNABORTED": 113,
    "EHOSTUNREACH": 118,
    "EALREADY": 120,
    "EINPROGRESS": 119,
    "ENOTCONN": 128,
    "ETIMEDOUT": 116,
}
_on_board = {}  # its numbers by MicroPython's
_EISCONN = 106
_KEY = 0
_VALUE = 4


# Changes the module `errno` itself, so that messages have the names of these numbers too. Its tables are constants of C
# (py/obj.h: mp_obj_dict_t with its map; a small number n is 2n + 1).
def use_newlib():
    numbers = {getattr(uerrno, name): number for name, number in _NEWLIB.items()}
    _on_board.update(numbers)
    _on_board[_EISCONN] = 127  # it has no name
    _renumber(uerrno.errorcode, _KEY, numbers)
    _renumber(uerrno.__dict__, _VALUE, numbers)


# What the host calls by MicroPython's number.
def number_on_board(number):
    return _on_board.get(number, number)


def _renumber(table, offset, numbers):
    head = bytearray_at(id(table), 16)
    entries = bytearray_at(_word(head, 12), 8 * len(table))
    for at in range(offset, len(entries), 8):
        word = _word(entries, at)
        if word & 1 and word >> 1 in numbers:
            entries[at : at + 4] = (2 * numbers[word >> 1] + 1).to_bytes(4, "little")


def _word(data, at):
    return int.from_bytes(data[at : at + 4], "little")
