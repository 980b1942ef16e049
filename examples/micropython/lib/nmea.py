# What a GPS receiver says of its place: sentences of NMEA 0183.


# Degrees of "5231.28571", "N".
def _degrees(value, side):
    digits = value.index(".") - 2
    degrees = int(value[:digits]) + float(value[digits:]) / 60
    return -degrees if side in "SW" else degrees


def _is_right(line):
    if not line.startswith(b"$") or b"*" not in line:
        return False
    body, checksum = line[1:].split(b"*", 1)
    sum = 0
    for byte in body:
        sum ^= byte
    return int(checksum[:2], 16) == sum


# Time (HHMMSS), latitude, longitude and km/h of an RMC sentence that has a fix; None: it is another one.
def place(line):
    if not line or not _is_right(line):
        return None
    fields = line.decode().split("*")[0].split(",")
    if not fields[0].endswith("RMC") or fields[2] != "A":
        return None
    return fields[1][:6], _degrees(fields[3], fields[4]), _degrees(fields[5], fields[6]), float(fields[7]) * 1.852
