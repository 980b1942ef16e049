# What programs for a board call of its SDK, as far as it means anything here.
def osdebug(uart, level=0):
    pass


def flash_size():
    return 4 * 1024 * 1024
