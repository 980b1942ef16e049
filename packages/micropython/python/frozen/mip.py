# Packages from the network, by MicroPython's documentation of package management: from an index (micropython-lib's), from
# GitHub and GitLab, and from any address. A package is one file, or a JSON that lists its files and what it needs.
import os
import sys

import requests

_INDEX = "https://micropython.org/pi/v2"
_PIECE = 512
# A package that needs itself, by way of others, would never end.
_MAX_DEPTH = 20


def _join(folder, path):
    return folder.rstrip("/") + "/" + path


def _make_folders(path):
    at = path.find("/", 1)
    while at >= 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass  # it is there; else the file cannot be written, which says more
        at = path.find("/", at + 1)


# Where a shortened address leads to.
def _address(url, version):
    for service, form in (
        ("github:", "https://raw.githubusercontent.com/%s/%s/%s/%s"),
        ("gitlab:", "https://gitlab.com/%s/%s/-/raw/%s/%s"),
    ):
        if url.startswith(service):
            owner, name, *path = url[len(service) :].split("/")
            return form % (owner, name, version or "HEAD", "/".join(path))
    return url


def _is_address(package):
    return package.startswith(("http://", "https://", "github:", "gitlab:"))


def _get(url):
    response = requests.get(url)
    if response.status_code == 200:
        return response
    response.close()
    print("Error", response.status_code, "requesting", url)


def _json(url):
    response = _get(url)
    try:
        return response and response.json()
    finally:
        if response:
            response.close()


# Whether a file is there as the index has it: it names files by the beginning of their SHA-256.
def _is_there(path, short_hash):
    import hashlib

    sha = hashlib.sha256()
    try:
        with open(path, "rb") as f:
            while data := f.read(_PIECE):
                sha.update(data)
    except OSError:
        return False
    return sha.digest().hex().startswith(short_hash)


def _copy(url, path):
    response = _get(url)
    if not response:
        return False
    try:
        print("Copying:", path)
        _make_folders(path)
        with open(path, "wb") as f:
            f.write(response.content)
    finally:
        response.close()
    return True


def _install_json(url, index, target, version, mpy, depth):
    package = _json(_address(url, version))
    if not package:
        return False
    for path, short_hash in package.get("hashes", ()):
        path = _join(target, path)
        if _is_there(path, short_hash):
            print("Exists:", path)
        elif not _copy("%s/file/%s/%s" % (index, short_hash[:2], short_hash), path):
            return False
    base = url.rsplit("/", 1)[0]
    for path, source in package.get("urls", ()):
        source = source if _is_address(source) else base + "/" + source
        if not _copy(_address(source, version), _join(target, path)):
            return False
    for needed, its_version in package.get("deps", ()):
        if not _install(needed, index, target, its_version, mpy, depth + 1):
            return False
    return True


def _install(package, index, target, version, mpy, depth=0):
    if depth > _MAX_DEPTH:
        print("Packages need each other:", package)
        return False
    if _is_address(package):
        if package.endswith((".py", ".mpy")):
            return _copy(_address(package, version), _join(target, package.rsplit("/", 1)[-1]))
        if not package.endswith(".json"):
            package = _join(package, "package.json")
        print("Installing", package, "to", target)
        return _install_json(package, index, target, version, mpy, depth)
    version = version or "latest"
    print("Installing %s (%s) from %s to %s" % (package, version, index, target))
    form = sys.implementation._mpy & 0xFF if mpy else "py"
    url = "%s/package/%s/%s/%s.json" % (index, form, package, version)
    return _install_json(url, index, target, version, mpy, depth)


def install(package, index=None, target=None, version=None, mpy=True):
    if target is None:
        target = next((path for path in sys.path if path.endswith("/lib")), None)
        if target is None:
            print("Unable to find lib dir in sys.path")
            return
    if "@" in package:
        package, version = package.rsplit("@", 1)
    if _install(package, (index or _INDEX).rstrip("/"), target, version, mpy):
        print("Done")
    else:
        print("Package may be partially installed")
