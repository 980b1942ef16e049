# The agent: what runs on a board, so that the board is a radio of a computer (docs/board-protocol.md). The computer
# sends it through the raw REPL and calls agent(); as a main.py it ends with agent(True), and waits for a computer.
#
# scripts/embed-agent.js makes agent.ts of it, without comments and with an indentation of one space.
from micropython import const

_VERSION = const(2)
_CREDIT = const(32)  # messages that are sent beyond those that the computer is known to have
_SILENCE_MS = const(3000)  # a computer that says nothing for this long is gone
_LOOK_MS = const(200)
_LONGEST_FRAME = const(300)  # in base64

# What the computer asks for
_ALIVE = const(0x00)
_STATS = const(0x02)
_ACTIVE = const(0x03)
_INTERFACE = const(0x04)
_CHANNEL = const(0x05)
_RATE = const(0x06)
_POWER = const(0x07)
_PMK = const(0x08)
_ADD_PEER = const(0x09)
_MODIFY_PEER = const(0x0A)
_DELETE_PEER = const(0x0B)
_PART = const(0x0C)
_SEND = const(0x0D)
_LEAVE = const(0x0E)

# What the board says
_REPLY = const(0x40)
_HELLO = const(0x41)
_MESSAGE = const(0x42)
_BYE = const(0x43)

_CTRL_C = const(3)


def agent(stay=False):
    import sys, select, gc, network, espnow
    from micropython import kbd_intr
    from time import ticks_ms, ticks_diff
    from struct import pack, unpack
    from binascii import a2b_base64, crc32

    line_in, line_out = sys.stdin.buffer, sys.stdout.buffer
    radio = espnow.ESPNow()
    esp32 = hasattr(radio, 'peers_table')  # an ESP8266 has fewer arguments, and no times
    size = espnow.MAX_DATA_LEN
    wlans = network.WLAN(0), network.WLAN(1)
    were_active = [wlan.active() for wlan in wlans]
    received = [None, bytearray(size), 0, 0] if esp32 else [bytearray(6), bytearray(size)]
    outgoing = bytearray(size)
    byte = bytearray(1)
    inbox = bytearray()
    line, line_and_radio = select.poll(), select.poll()
    line.register(sys.stdin, select.POLLIN)
    line_and_radio.register(sys.stdin, select.POLLIN)
    line_and_radio.register(radio, select.POLLIN)
    said = confirmed = 0  # messages that were handed on, and how many of them the computer has; modulo 256
    last_sequence = -1
    last_reply = b''
    heard_at = ticks_ms()

    # Frames to the computer are stuffed (COBS), so that a zero is always the end of something.
    def put(kind, sequence, body):
        raw = b'\0' + bytes((kind, sequence, said)) + body
        raw += pack('<I', crc32(raw))
        out = b'\0'
        for part in raw.split(b'\0'):
            while len(part) > 253:
                out += b'\xff' + part[:254]
                part = part[254:]
            out += bytes((len(part) + 1,)) + part
        line_out.write(out + b'\0')

    def put_hello(sequence):
        flags = 3 if esp32 else 0
        put(_HELLO, sequence, pack('>BBH', _VERSION, flags, size) + mac(0) + mac(1))

    def mac(i):
        try:
            return wlans[i].config('mac')
        except Exception:
            return bytes(6)

    # Of a peer: address 6, channel 1, interface 1, encrypt 1, key 16
    def set_peer(method, peer):
        address, key, encrypt = peer[:6], peer[9:], bool(peer[8])
        if esp32:
            method(address, key if encrypt else None, peer[6], peer[7], encrypt)
        else:
            method(address, key if encrypt else None, peer[6])

    def set_wifi(**setting):
        wlans[not wlans[0].active()].config(**setting)

    # Does what it is asked for. Returns the body of the reply.
    def run(kind, body):
        if kind == _STATS:
            gc.collect()
            stats = radio.stats() if esp32 else (0,) * 5
            return pack('>7I', gc.mem_alloc(), gc.mem_free(), *[count & 0xFFFFFFFF for count in stats])
        if kind == _ACTIVE:
            radio.active(bool(body[0]))
        elif kind == _INTERFACE:
            wlan = wlans[body[0]]
            wlan.active(bool(body[1]))
            if body[1] and not body[0]:
                wlan.disconnect()  # from the network that it remembers
        elif kind == _CHANNEL:
            set_wifi(channel=body[0])
        elif kind == _RATE:
            radio.config(rate=body[0])
        elif kind == _POWER:
            set_wifi(txpower=body[0])
        elif kind == _PMK:
            radio.set_pmk(body)
        elif kind == _ADD_PEER:
            set_peer(radio.add_peer, body)
        elif kind == _MODIFY_PEER:
            if esp32:
                set_peer(radio.mod_peer, body)
            else:
                radio.del_peer(body[:6])
                set_peer(radio.add_peer, body)
        elif kind == _DELETE_PEER:
            radio.del_peer(body)
        elif kind == _PART:
            at = body[0] << 8 | body[1]
            outgoing[at:at + len(body) - 2] = body[2:]
        elif kind == _SEND:
            at = body[6] << 8 | body[7]
            acknowledged = radio.send(body[:6], bytes(outgoing[:at]) + body[8:], True)
            return bytes((acknowledged is not False,))
        elif kind == _LEAVE:
            raise SystemExit
        return b''

    # Frames of the computer are in base64: whatever reads them in the agent's place, a REPL too, finds no command.
    def handle(frame):
        nonlocal last_sequence, last_reply, confirmed, heard_at
        try:
            raw = a2b_base64(frame)
        except Exception:  # ValueError, or another one where it is written in Python
            return
        if len(raw) < 8 or crc32(raw[:-4]) != unpack('<I', raw[-4:])[0]:
            return
        heard_at = ticks_ms()
        kbd_intr(-1)
        kind, sequence, events = raw[1], raw[2], raw[3]
        if (said - events) & 255 <= (said - confirmed) & 255:
            confirmed = events
        if kind == _ALIVE:
            if sequence:  # it asks who is there
                last_sequence = -1
                confirmed = said
                put_hello(sequence)
            return
        if sequence != last_sequence:
            last_sequence = sequence
            try:
                last_reply = pack('>i', 0) + run(kind, raw[4:-4])
            except (OSError, ValueError, TypeError) as error:
                number = error.args[0] if error.args else 0
                number = number if number and isinstance(number, int) else -1
                last_reply = pack('>i', number) + str(error).encode()
        put(_REPLY, sequence, last_reply)

    # Byte by byte, and only as far as bytes have come: a read that waits could not be left while Ctrl-C is off.
    def listen():
        nonlocal inbox
        while True:
            for _ in line.ipoll(0):
                break
            else:
                return
            line_in.readinto(byte)
            if byte[0]:
                if len(inbox) < _LONGEST_FRAME:
                    inbox += byte
            elif inbox:
                frame = inbox
                inbox = bytearray()
                if frame == b'\3':
                    raise SystemExit
                handle(frame)

    def forward():
        nonlocal said
        try:
            length = radio.recvinto(received, 0)
        except ValueError:  # a message longer than any device sends: the board has emptied its buffer
            return
        if length:
            said = (said + 1) & 255
            age = min(max(ticks_diff(ticks_ms(), received[3]), 0), 65535) if esp32 else 0
            rssi = received[2] if esp32 else 0
            put(_MESSAGE, said, bytes(received[0]) + pack('>bH', rssi, age) + received[1][:length])

    why = 'nothing was heard of the computer'
    try:
        put_hello(0)
        while stay or ticks_diff(ticks_ms(), heard_at) < _SILENCE_MS:
            has_credit = (said - confirmed) & 255 < _CREDIT
            for _ in (line_and_radio if has_credit else line).ipoll(_LOOK_MS):
                pass
            listen()
            if has_credit and radio.active():
                forward()
            if stay and ticks_diff(ticks_ms(), heard_at) > _SILENCE_MS:
                kbd_intr(_CTRL_C)
    except SystemExit:
        why = 'it was told to leave'
    except BaseException as error:
        why = repr(error)
    finally:
        try:
            radio.active(False)
            for wlan, was in zip(wlans, were_active):
                wlan.active(was)
        finally:
            kbd_intr(_CTRL_C)
            put(_BYE, 0, why.encode())
