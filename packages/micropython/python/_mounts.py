# File systems on cards. The files of a card are those of the folder where it is mounted, which are the board's: they stay
# over restarts, are in Program.files, and count for its flash.
from builtins import isinstance
from uos import VfsPosix, mkdir, stat
from vfs import mount as _mount

_FLASH = "/board"
_FOLDER = 0x4000


class _Vfs:
    def __init__(self, device, *args, **kwargs):
        from machine import SDCard

        if not isinstance(device, SDCard):
            raise NotImplementedError("a simulated board mounts an SDCard, and no other block device")
        self._device = device

    # A card that is formatted keeps its files here.
    @staticmethod
    def mkfs(device, *args, **kwargs):
        _Vfs(device)._device.info()


class VfsFat(_Vfs):
    pass


class VfsLfs2(_Vfs):
    pass


def _folder(path):
    try:
        if not stat(path)[0] & _FOLDER:
            raise OSError(20)  # ENOTDIR
    except OSError as e:
        if e.errno != 2:
            raise
        mkdir(path)


def mount(fsobj=None, mount_point=None, **kwargs):
    if fsobj is None:
        return [pair for pair in _mount() if pair[1] != "/rom"]
    if hasattr(fsobj, "readblocks"):
        fsobj = VfsFat(fsobj)
    if not isinstance(fsobj, _Vfs):
        return _mount(fsobj, mount_point, **kwargs)
    fsobj._device.info()  # raises without a card
    path = "/" + mount_point.strip("/")
    _folder(path)
    _mount(VfsPosix(_FLASH + path), path, **kwargs)
