/**
 * What runs on the board: it is sent through the raw REPL as it stands here and kept nowhere on it. It speaks
 * board-protocol.ts in the frames of framing.ts; its line is read byte by byte, and only as far as bytes have come, because
 * a read that waits could not be left any more while Ctrl-C is off. `stay`: as a main.py, which waits for a host for ever.
 */
export const AGENT: string = String.raw`
def agent(stay=False):
    import sys, select, gc, network, espnow
    from micropython import kbd_intr
    from time import ticks_ms, ticks_diff
    from struct import pack, unpack
    from binascii import crc32

    rx, tx = sys.stdin.buffer, sys.stdout.buffer
    e = espnow.ESPNow()
    esp32 = hasattr(e, 'peers_table')  # an ESP8266 has fewer arguments and no times
    size = espnow.MAX_DATA_LEN
    wlans = network.WLAN(0), network.WLAN(1)
    were = [w.active() for w in wlans]
    slot = [None, bytearray(size), 0, 0] if esp32 else [bytearray(6), bytearray(size)]
    message = bytearray(size)
    byte = bytearray(1)
    inbox = bytearray()
    line, both = select.poll(), select.poll()
    line.register(sys.stdin, select.POLLIN)
    both.register(sys.stdin, select.POLLIN)
    both.register(e, select.POLLIN)
    events = seen = 0  # messages that were handed on, and how many of them the host has
    last = -1
    reply = b''
    heard = ticks_ms()

    def put(kind, seq, body):
        b = b'\0' + bytes((kind, seq, events)) + body
        b += pack('<I', crc32(b))
        out = b'\0'
        for part in b.split(b'\0'):
            while len(part) > 253:
                out += b'\xff' + part[:254]
                part = part[254:]
            out += bytes((len(part) + 1,)) + part
        tx.write(out + b'\0')

    def hello(seq):
        put(0x41, seq, pack('>BBH', 1, 3 if esp32 else 0, size) + mac(0) + mac(1))

    def mac(i):
        try:
            return wlans[i].config('mac')
        except Exception:
            return bytes(6)

    def add(b):
        if esp32:
            e.add_peer(b[:6], b[9:] if b[8] else None, b[6], b[7], bool(b[8]))
        else:
            e.add_peer(b[:6], b[9:] if b[8] else None, b[6])

    def run(kind, b):
        if kind == 2:
            gc.collect()
            s = e.stats() if esp32 else (0,) * 5
            return pack('>7I', gc.mem_alloc(), gc.mem_free(), *s)
        if kind == 3:
            e.active(bool(b[0]))
        elif kind == 4:
            w = wlans[b[0]]
            w.active(bool(b[1]))
            if b[1] and not b[0]:
                w.disconnect()  # from the network that it remembers
        elif kind == 5:
            wlans[not wlans[0].active()].config(channel=b[0])
        elif kind == 6:
            e.config(rate=b[0])
        elif kind == 7:
            wlans[not wlans[0].active()].config(txpower=b[0])
        elif kind == 8:
            e.set_pmk(b)
        elif kind == 9:
            add(b)
        elif kind == 10:
            if esp32:
                e.mod_peer(b[:6], b[9:] if b[8] else None, b[6], b[7], bool(b[8]))
            else:
                e.del_peer(b[:6])
                add(b)
        elif kind == 11:
            e.del_peer(b)
        elif kind == 12:
            at = b[0] << 8 | b[1]
            message[at:at + len(b) - 2] = b[2:]
        elif kind == 13:
            at = b[6] << 8 | b[7]
            return bytes((e.send(b[:6], bytes(message[:at]) + b[8:], True) is not False,))
        elif kind == 14:
            raise SystemExit
        return b''

    def handle(b):
        nonlocal last, reply, seen, heard
        out = bytearray()
        i = 0
        while i < len(b):
            n = b[i]
            out += b[i + 1:i + n]
            i += n
            if n < 255:
                out += b'\0'
        b = bytes(out[:-1])
        if len(b) < 8 or crc32(b[:-4]) != unpack('<I', b[-4:])[0]:
            return
        heard = ticks_ms()
        kbd_intr(-1)
        kind, seq = b[1], b[2]
        if (events - b[3]) & 255 <= (events - seen) & 255:
            seen = b[3]
        if not kind:
            if seq:
                last = -1
                seen = events
                hello(seq)
            return
        if seq != last:
            last = seq
            try:
                reply = pack('>i', 0) + run(kind, b[4:-4])
            except (OSError, ValueError, TypeError) as x:
                n = x.args[0] if x.args else 0
                reply = pack('>i', n if n and isinstance(n, int) else -1) + str(x).encode()
        put(0x40, seq, reply)

    def listen():
        nonlocal inbox
        while True:
            for _ in line.ipoll(0):
                break
            else:
                return
            rx.readinto(byte)
            if byte[0]:
                if len(inbox) < 300:
                    inbox += byte
            elif inbox:
                b = inbox
                inbox = bytearray()
                if b == b'\3':
                    raise SystemExit
                handle(b)

    def forward():
        nonlocal events
        n = e.recvinto(slot, 0)
        if n:
            events = (events + 1) & 255
            age = min(max(ticks_diff(ticks_ms(), slot[3]), 0), 65535) if esp32 else 0
            put(0x42, events, bytes(slot[0]) + pack('>bH', slot[2] if esp32 else 0, age) + slot[1][:n])

    why = 'nothing was heard of the host'
    try:
        hello(0)
        while stay or ticks_diff(ticks_ms(), heard) < 3000:
            room = (events - seen) & 255 < 32
            for _ in (both if room else line).ipoll(200):
                pass
            listen()
            if room and e.active():
                forward()
            if stay and ticks_diff(ticks_ms(), heard) > 3000:
                kbd_intr(3)
    except SystemExit:
        why = 'it was told to leave'
    except BaseException as x:
        why = repr(x)
    finally:
        try:
            e.active(False)
            for w, on in zip(wlans, were):
                w.active(on)
        finally:
            kbd_intr(3)
            put(0x43, 0, why.encode())
`;
