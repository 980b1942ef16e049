# The file system below speaks WASI's error numbers; `errno` has those of Linux, as on a board.
_LINUX = {
    2: 13,  # EACCES
    8: 9,  # EBADF
    10: 16,  # EBUSY
    20: 17,  # EEXIST
    28: 22,  # EINVAL
    31: 21,  # EISDIR
    44: 2,  # ENOENT
    51: 28,  # ENOSPC
    54: 20,  # ENOTDIR
    55: 39,  # ENOTEMPTY
}


def with_errno(function):
    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except OSError as e:
            raise OSError(_LINUX.get(e.errno, e.errno))

    return call


open = with_errno(open)
