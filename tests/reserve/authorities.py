"""Who vouches for dates, as real tools make them: a publisher (gpg), a time-stamping authority (openssl)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

_CONFIG = """
[ req ]
distinguished_name = name
[ name ]
[ root ]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[ stamping ]
basicConstraints = critical,CA:false
extendedKeyUsage = critical,timeStamping
[ tsa ]
default_tsa = config
[ config ]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def run(*command: str | Path, stdin: bytes = b"", cwd: Path | None = None) -> bytes:
    """Run a tool, and give what it prints."""
    done = subprocess.run(
        [str(one) for one in command], input=stdin, capture_output=True, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


class Authority:
    """A time-stamping authority of `openssl ts`, with a root of its own.

    Args:
        folder: Where its files lie.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.config = folder, folder / "tsa.cnf"
        self.config.write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        new = ("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        request = (*new, "-config", self.config)
        run(*request, "-x509", "-days", "3650", "-subj", "/CN=Root", "-extensions", "root",
            "-keyout", folder / "root.key", "-out", folder / "root.pem")  # fmt: skip
        run(*request, "-subj", "/CN=TSA", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr")
        run("openssl", "x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "root.pem", "-days", "3650",
            "-CAkey", folder / "root.key", "-CAcreateserial", "-extfile", self.config,
            "-extensions", "stamping", "-out", folder / "tsa.pem")  # fmt: skip

    @property
    def root(self) -> Path:
        """Give the file of the root certificate."""
        return self.folder / "root.pem"

    def reply(self, request: bytes) -> bytes:
        """Answer a time-stamp request."""
        asked, answer = self.folder / "query", self.folder / "reply"
        asked.write_bytes(request)
        run("openssl", "ts", "-reply", "-config", self.config, "-section", "config",
            "-queryfile", asked, "-out", answer)  # fmt: skip
        return answer.read_bytes()

    def stamp(self, data: bytes) -> bytes:
        """Time-stamp some bytes."""
        (self.folder / "data").write_bytes(data)
        return self.reply(run("openssl", "ts", "-query", "-data", self.folder / "data", "-sha256", "-cert"))

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on this machine, and give the URL."""
        authority = self

        class Requests(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = authority.reply(body)
                sound = self.headers["Content-Type"] == "application/timestamp-query"
                self.send_response(200 if sound else 415)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Requests)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class Publisher:
    """Somebody with an OpenPGP key that `gpg` made.

    Args:
        folder: Of the key; short, since gpg's agent listens on a socket in it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self.home, self.keyring = folder, folder / "publisher.gpg"
        self._gpg("--quick-gen-key", "Publisher <p@example.org>", "ed25519", "sign", "never")
        self.keyring.write_bytes(self._gpg("--export"))

    def sign(self, text: str, *, when: str = "20201222T000000") -> bytes:
        """Clear-sign a text at a time of our choosing."""
        return self._gpg("--faked-system-time", f"{when}!", "--clearsign", stdin=text.encode())

    def close(self) -> None:
        """End the agent."""
        run("gpgconf", "--homedir", self.home, "--kill", "all")

    def _gpg(self, *words: str, stdin: bytes = b"") -> bytes:
        quiet = ("gpg", "--homedir", str(self.home), "--batch", "--no-tty", "--passphrase", "", "--quiet",
                 "--faked-system-time", "20190101T000000", "--pinentry-mode", "loopback")  # fmt: skip
        return run(*quiet, *words, stdin=stdin)
