"""A witness (C2SP tlog-witness) over HTTP, written from the specification and not from our client."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Answer = tuple[int, bytes]


class Witness:
    """Keeps the last tree it signed of one log.

    Args:
        name: Its name.
        seed: Its Ed25519 key.
        log: Origin and raw Ed25519 key of the log it knows.
        now_s: What its clock says.
    """

    def __init__(self, name: str, seed: bytes, log: tuple[str, bytes], now_s: int) -> None:
        self.name, self.key = name, Ed25519PrivateKey.from_private_bytes(seed)
        self.origin, self.log_key = log
        self.now_s, self.size, self.root = now_s, 0, hashlib.sha256(b"").digest()
        self.requests: list[bytes] = []

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a request as the specification says."""
        self.requests.append(body)
        head, _, signed = body.partition(b"\n\n")
        first, *lines = head.decode().split("\n")
        old, proof = int(first.removeprefix("old ")), [base64.b64decode(line) for line in lines]
        text, _, signatures = signed.partition(b"\n\n")
        text += b"\n"
        origin, digits, root64 = text.decode().split("\n")[:3]
        size, root = int(digits), base64.b64decode(root64)
        if origin != self.origin:
            return 404, b"unknown log\n"
        if not self._signed(text, signatures.decode()):
            return 403, b"no known key signed this\n"
        if old > size:
            return 400, b"the old size is larger\n"
        if old != self.size or (old == size and root != self.root):
            return 409, f"{self.size}\n".encode()
        if not consistent((old, self.root), (size, root), proof):
            return 422, b"not consistent\n"
        self.size, self.root = size, root
        return 200, self._cosign(text)

    def _signed(self, text: bytes, signatures: str) -> bool:
        for line in signatures.splitlines():
            raw = base64.b64decode(line.split(" ")[2])
            try:
                Ed25519PublicKey.from_public_bytes(self.log_key).verify(raw[4:], text)
            except InvalidSignature:
                continue
            return True
        return False

    def _cosign(self, text: bytes) -> bytes:
        public = self.key.public_key().public_bytes_raw()
        key_id = hashlib.sha256(self.name.encode() + b"\n\x04" + public).digest()[:4]
        signature = self.key.sign(b"cosignature/v1\ntime %d\n" % self.now_s + text)
        line = base64.b64encode(key_id + self.now_s.to_bytes(8, "big") + signature).decode()
        return f"— {self.name} {line}\n".encode()


def consistent(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Verify a consistency proof by the loop of RFC 9162, section 2.1.4.2."""
    if old[0] == new[0] or old[0] == 0:
        return not proof and (old[0] == 0 or old[1] == new[1])
    hashes = [old[1], *proof] if old[0] & (old[0] - 1) == 0 else list(proof)
    if not hashes:
        return False
    fn, sn = old[0] - 1, new[0] - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = hashes[0]
    for c in hashes[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = (hashlib.sha256(b"\x01" + c + one).digest() for one in (fr, sr))
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = hashlib.sha256(b"\x01" + sr + c).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and (fr, sr) == (old[1], new[1])


@contextmanager
def serving(witness: Witness) -> Iterator[str]:
    """Serve a witness on this machine, and give its URL."""

    class Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known = self.path == "/submit/add-checkpoint"
            status, answer = witness.add_checkpoint(body) if known else (404, b"no such page\n")
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Requests)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/submit"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
