#!/usr/bin/env python3
"""Verifies a training log with the Python standard library alone: a second reader, written from the C2SP and RFC texts.

Usage: verify_log.py LOG_FOLDER. Prints `verified N entries` and exits 0, or says what is wrong and exits 1.
Checks the checkpoint's Ed25519 signature (RFC 8032), every entry, the root (RFC 6962) and every tile (C2SP tlog-tiles).
"""
import base64
import hashlib
import json
import pathlib
import sys

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or y >= P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    return P - x if x & 1 != sign else x


def point(data):
    y = int.from_bytes(data, "little")
    x = recover_x(y & (2**255 - 1), y >> 255)
    y &= 2**255 - 1
    return x, y, 1, x * y % P


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    u, v, w, t = f - e, h - g, h + g, f + e
    return u * v % P, w * t % P, v * w % P, u * t % P


def times(scalar, a):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, a)
        a, scalar = add(a, a), scalar >> 1
    return total


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def signed(key, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(point(r), times(h, point(key)))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def sha(data):
    return hashlib.sha256(data).digest()


def levels(entries):
    """Hashes of all complete subtrees, leaves first."""
    level, found = [sha(b"\0" + entry) for entry in entries], []
    while level:
        found.append(level)
        level = [sha(b"\1" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return found


def root(leaves):
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha(b"")
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1" + root(leaves[:split]) + root(leaves[split:]))


def tiles(count):
    for number in range((count + 255) // 256):
        width = min(256, count - 256 * number)
        parts = [f"{number % 1000:03}"]
        rest = number // 1000
        while rest:
            parts.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        yield number, width, "/".join(parts) + ("" if width == 256 else f".p/{width}")


def verify(log):
    policy = [line.split() for line in (log / "policy.txt").read_text().splitlines()]
    vkey = next(words[1] for words in policy if words[0] == "log")
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    assert key[0] == 1 and sha(name.encode() + b"\n" + key)[:4].hex() == key_id, "the key"
    text, lines = (log / "checkpoint").read_text().split("\n\n", 1)
    text += "\n"
    origin, size, head = text.splitlines()[:3]
    assert origin == name, "the origin"
    lines = [line.split(" ") for line in lines.splitlines()]
    blob = next(base64.b64decode(line[2]) for line in lines if line[:2] == ["\N{EM DASH}", name])
    assert blob[:4].hex() == key_id and signed(key[1:], text.encode(), blob[4:]), "the signature"
    entries = []
    for _, width, path in tiles(int(size)):
        data = (log / "tile/entries" / path).read_bytes()
        for _ in range(width):
            length = int.from_bytes(data[:2], "big")
            entries.append(data[2 : 2 + length])
            data = data[2 + length :]
        assert not data, f"the length of {path}"
    hashes = levels(entries)
    assert root(hashes[0] if hashes else []) == base64.b64decode(head), "the root"
    for level in range(0, len(hashes), 8):
        for number, width, path in tiles(len(hashes[level])):
            tile = b"".join(hashes[level][256 * number : 256 * number + width])
            assert (log / f"tile/{level // 8}" / path).read_bytes() == tile, f"tile {level // 8}/{path}"
    for seq, entry in enumerate(entries):
        assert json.loads(entry)["seq"] == seq, f"entry {seq}"
    return len(entries)


if __name__ == "__main__":
    try:
        print(f"verified {verify(pathlib.Path(sys.argv[1]))} entries")
    except (AssertionError, ValueError, OSError, KeyError, StopIteration) as fault:
        sys.exit(f"not verified: {fault}")
