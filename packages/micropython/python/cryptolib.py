# AES by MicroPython's documentation. What a cipher goes on from is kept here, between calls of the host's.
import _calls
from _bridge import query

MODE_ECB = 1
MODE_CBC = 2
MODE_CTR = 6

_BLOCK = 16
# Bytes that go with one call, beside key and IV.
_PIECE = 8128


class aes:
    def __init__(self, key, mode, IV=None):
        if mode not in (MODE_ECB, MODE_CBC, MODE_CTR):
            raise ValueError("mode")
        if len(key) not in (16, 32):
            raise ValueError("key")
        if mode != MODE_ECB and (IV is None or len(IV) != _BLOCK):
            raise ValueError("IV")
        self._key = bytes(key)
        self._mode = mode
        self._iv = bytes(_BLOCK if mode == MODE_ECB else IV)
        self._used = 0  # bytes of the counter's block that were used
        self._encrypts = None

    def encrypt(self, in_buf, out_buf=None):
        return self._run(True, in_buf, out_buf)

    def decrypt(self, in_buf, out_buf=None):
        return self._run(False, in_buf, out_buf)

    def _run(self, encrypts, in_buf, out_buf):
        data = bytes(in_buf.encode() if isinstance(in_buf, str) else in_buf)
        if self._encrypts not in (None, encrypts):
            raise ValueError("can't encrypt & decrypt")
        self._encrypts = encrypts
        if self._mode != MODE_CTR and len(data) % _BLOCK:
            raise ValueError("blksize % 16")
        if out_buf is not None and len(out_buf) < len(data):
            raise ValueError("output too small")
        result = b"".join(self._piece(encrypts, data[at : at + _PIECE]) for at in range(0, len(data), _PIECE))
        if out_buf is None:
            return result
        memoryview(out_buf)[: len(result)] = result
        return out_buf

    def _piece(self, encrypts, data):
        data = bytes(self._used) + data
        result = query(_calls.CRYPTO_AES, self._mode, encrypts, len(self._key), data=self._key + self._iv + data)
        if self._mode == MODE_CBC:
            self._iv = (result if encrypts else data)[-_BLOCK:]
        elif self._mode == MODE_CTR:
            counter = int.from_bytes(self._iv, "big") + len(data) // _BLOCK
            self._iv = (counter & ((1 << 128) - 1)).to_bytes(_BLOCK, "big")
            result = result[self._used :]
            self._used = len(data) % _BLOCK
        return result
