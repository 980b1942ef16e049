# HTTP requests by MicroPython's documentation of `requests`: HTTP/1.0, so that bodies come whole.
import socket

_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 5


class Response:
    def __init__(self, raw):
        self.raw = raw
        self.encoding = "utf-8"
        self.status_code = None
        self.reason = ""
        self.headers = {}
        self._content = None

    @property
    def content(self):
        if self._content is None:
            try:
                self._content = self.raw.read()
            finally:
                self.close()
        return self._content

    @property
    def text(self):
        return str(self.content, self.encoding)

    def json(self):
        import json

        return json.loads(self.content)

    def close(self):
        if self.raw:
            self.raw.close()
            self.raw = None

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc, tb):
        self.close()


def _parts_of(url):
    scheme, _, rest = url.split("/", 2)
    if scheme not in ("http:", "https:"):
        raise ValueError("Unsupported protocol: " + scheme)
    host, _, path = rest.partition("/")
    port = 443 if scheme == "https:" else 80
    name = host
    if ":" in host:
        name, port = host.split(":", 1)
    return scheme == "https:", name, int(port), host, "/" + path


def _open(is_https, name, port, timeout):
    family, kind, proto, _, address = socket.getaddrinfo(name, port, 0, socket.SOCK_STREAM)[0]
    sock = socket.socket(family, kind, proto)
    if timeout is not None:
        sock.settimeout(timeout)
    try:
        sock.connect(address)
        if is_https:
            import ssl

            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.verify_mode = ssl.CERT_NONE
            sock = context.wrap_socket(sock, server_hostname=name)
    except OSError:
        sock.close()
        raise
    return sock


def _has(headers, name):
    return any(key.lower() == name for key in headers)


def _head(method, path, host, headers, data, auth):
    lines = ["%s %s HTTP/1.0" % (method, path)]
    headers = dict(headers)
    if not _has(headers, "host"):
        headers["Host"] = host
    if auth is not None:
        from binascii import b2a_base64

        headers["Authorization"] = "Basic " + b2a_base64("%s:%s" % auth, newline=False).decode()
    if data is not None and not hasattr(data, "__next__"):
        headers["Content-Length"] = len(data)
    if not _has(headers, "connection"):
        headers["Connection"] = "close"
    lines.extend("%s: %s" % pair for pair in headers.items())
    return "\r\n".join(lines) + "\r\n\r\n"


def _send(sock, head, data):
    sock.write(head.encode())
    if data is None:
        return
    for part in data if hasattr(data, "__next__") else (data,):
        sock.write(part)


def _read_head(response, sock, parse_headers):
    words = sock.readline().split(None, 2)
    if len(words) < 2:
        raise ValueError("HTTP error: BadStatusLine:\n%s" % words)
    response.status_code = int(words[1])
    response.reason = words[2].rstrip() if len(words) > 2 else ""
    location = None
    while (line := sock.readline()) not in (b"", b"\r\n", b"\n"):
        name, _, value = str(line, "utf-8").partition(":")
        value = value.strip()
        if name.lower() == "transfer-encoding" and "chunked" in value:
            raise ValueError("Unsupported " + str(line, "utf-8"))
        if name.lower() == "location":
            location = value
        if parse_headers is True:
            response.headers[name] = value
        elif parse_headers:
            parse_headers(line, response.headers)
    return location


def request(
    method,
    url,
    data=None,
    json=None,
    headers=None,
    stream=None,
    auth=None,
    timeout=None,
    parse_headers=True,
):
    headers = dict(headers or {})
    if json is not None:
        import json as codec

        data = codec.dumps(json)
        if not _has(headers, "content-type"):
            headers["Content-Type"] = "application/json"
    if isinstance(data, str):
        data = data.encode()
    for _ in range(_MAX_REDIRECTS):
        is_https, name, port, host, path = _parts_of(url)
        sock = _open(is_https, name, port, timeout)
        response = Response(sock)
        try:
            _send(sock, _head(method, path, host, headers, data, auth), data)
            location = _read_head(response, sock, parse_headers)
        except BaseException:
            sock.close()
            raise
        if location is None or response.status_code not in _REDIRECTS:
            return response
        sock.close()
        if location.startswith("/"):
            location = "%s://%s%s" % ("https" if is_https else "http", host, location)
        if response.status_code in (301, 302, 303) and method not in ("GET", "HEAD"):
            method, data = "GET", None
        url = location
    raise ValueError("Too many redirects")


def head(url, **kwargs):
    return request("HEAD", url, **kwargs)


def get(url, **kwargs):
    return request("GET", url, **kwargs)


def post(url, **kwargs):
    return request("POST", url, **kwargs)


def put(url, **kwargs):
    return request("PUT", url, **kwargs)


def patch(url, **kwargs):
    return request("PATCH", url, **kwargs)


def delete(url, **kwargs):
    return request("DELETE", url, **kwargs)
