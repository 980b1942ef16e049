# TLS by MicroPython's documentation: the host encrypts (src/network/computer-connection.ts).
import _calls
from _bridge import ask
from socket import Stream

PROTOCOL_TLS_CLIENT = 0
PROTOCOL_TLS_SERVER = 1
CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2

_HOSTNAME = 0
_CERTIFICATE = 1
_KEY = 2
_AUTHORITIES = 3
_VERIFY_FAILED = -0x2700


class SSLContext:
    def __init__(self, protocol):
        if protocol not in (PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER):
            raise ValueError("invalid protocol")
        self.verify_mode = CERT_REQUIRED if protocol == PROTOCOL_TLS_CLIENT else CERT_NONE
        self._settings = {}

    # Bytes, or the names of files.
    def load_cert_chain(self, certfile, keyfile):
        self._settings[_CERTIFICATE] = _content(certfile)
        self._settings[_KEY] = _content(keyfile)

    def load_verify_locations(self, cafile=None, cadata=None):
        self._settings[_AUTHORITIES] = cadata if cafile is None else _content(cafile)

    def get_ciphers(self):
        return ["TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256"]

    def set_ciphers(self, ciphers):
        pass

    def wrap_socket(self, sock, *, server_side=False, do_handshake_on_connect=True, server_hostname=None, client_id=None):
        if self.verify_mode == CERT_REQUIRED and not server_side and server_hostname is None:
            raise ValueError("CERT_REQUIRED requires server_hostname")
        if server_hostname is not None:
            ask(_calls.NET_TLS_SET, 0, _HOSTNAME, data=server_hostname)
        for setting, value in self._settings.items():
            ask(_calls.NET_TLS_SET, 0, setting, data=value)
        return SSLSocket(sock, server_side, self.verify_mode == CERT_REQUIRED, do_handshake_on_connect)


def _content(file):
    if not isinstance(file, str):
        return file
    with open(file, "rb") as f:
        return f.read()


class SSLSocket(Stream):
    def __init__(self, sock, server_side, verify, handshake):
        self._sock = sock
        self._handle = sock._handle
        ask(_calls.NET_START_TLS, self._handle.number, server_side, verify)
        if not handshake or self._handle.timeout == 0:
            return
        try:
            self._handle.wait_open()
        except OSError as e:
            if e.errno == _VERIFY_FAILED:
                raise ValueError("The certificate is not correctly signed by the trusted CA")
            raise

    def __repr__(self):
        return "<_SSLSocket>"


def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=CERT_NONE,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
):
    context = SSLContext(PROTOCOL_TLS_SERVER if server_side else PROTOCOL_TLS_CLIENT)
    context.verify_mode = cert_reqs
    if key is not None:
        context.load_cert_chain(cert, key)
    if cadata is not None:
        context.load_verify_locations(cadata=cadata)
    return context.wrap_socket(
        sock, server_side=server_side, server_hostname=server_hostname, do_handshake_on_connect=do_handshake
    )
