# Partitions of the flash, for programs that update themselves: what they write stays, and nothing of it runs.
import json
import _calls
from _bridge import ask, buffer, query

_BLOCK = 4096
_INVALID = -0x1503


class Partition:
    BOOT, RUNNING = 0, 1
    TYPE_APP, TYPE_DATA = 0, 1

    def __init__(self, id, block_size=_BLOCK):
        table = Partition._table()
        if id in (Partition.BOOT, Partition.RUNNING):
            self._index = ask(_calls.PARTITION_RUNNING if id else _calls.PARTITION_BOOT)
        else:
            labels = [info[4] for info in table]
            if id not in labels:
                raise OSError(2)
            self._index = labels.index(id)
        self._info = tuple(table[self._index])
        self._block = block_size

    @staticmethod
    def _table():
        return json.loads(query(_calls.PARTITION_TABLE))

    @classmethod
    def find(cls, type=0, subtype=0xFF, label=None, block_size=_BLOCK):
        found = []
        for info in cls._table():
            if info[0] == type and subtype in (0xFF, info[1]) and label in (None, info[4]):
                found.append(cls(info[4], block_size))
        return found

    # Type, subtype, address, size, label, and whether it is encrypted.
    def info(self):
        return self._info + (False,)

    def readblocks(self, block_num, buf, offset=0):
        at = block_num * self._block + offset
        view = memoryview(buf)
        for start in range(0, len(buf), len(buffer)):
            part = view[start : start + len(buffer)]
            part[:] = query(_calls.PARTITION_READ, self._index, at + start, len(part))

    # Without an offset the block is erased before: what is written replaces it either way here.
    def writeblocks(self, block_num, buf, offset=0):
        at = block_num * self._block + offset
        view = memoryview(buf)
        for start in range(0, len(buf), len(buffer)):
            ask(_calls.PARTITION_WRITE, self._index, at + start, data=view[start : start + len(buffer)])

    def ioctl(self, cmd, arg):
        if cmd == 4:
            return self._info[3] // self._block
        if cmd == 5:
            return self._block
        if cmd == 6:
            self.writeblocks(arg, b"\xff" * self._block)
            return 0

    def set_boot(self):
        if not ask(_calls.PARTITION_SET_BOOT, self._index):
            raise OSError(_INVALID, "ESP_ERR_OTA_VALIDATE_FAILED")

    def get_next_update(self):
        return Partition("ota_1" if Partition(Partition.RUNNING)._info[4] == "ota_0" else "ota_0")

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        ask(_calls.PARTITION_MARK_VALID)

    def __repr__(self):
        return "<Partition type=%d, subtype=%d, address=%d, size=%d, label=%s, encrypted=0>" % self._info
