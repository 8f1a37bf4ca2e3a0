"""Four clients in one process, who vote until nothing is left or somebody kills them."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Signer
from headwater.review.store import Committer, cast, lease, open_store
from tests.review.store.worlds import ticket, vote

N_CLIENTS = 4


def main(address: str, said_path: str, first: int, life: int, now_s: float) -> None:
    """Vote as clients first to first + 3; every vote that was acknowledged is written down."""
    store = open_store(address)
    shared = Committer(store)
    said_file = os.open(said_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def work(client: int) -> None:
        who = Signer(f"review.example/{client:02d}", ED25519, bytes([client]) * 32)
        for at in range(1 << 20):
            number = (client << 60) + (life << 40) + at
            ask = partial(lease, validator=who.name, token=f"{number:032x}", now_s=now_s, ttl_s=10)
            got = shared.run(ask)
            if got is None:
                return
            said = vote(got, number)
            answer = partial(cast, ticket=ticket(said, who), said=said, token=got.token)
            assert shared.run(answer)
            assert not shared.run(answer)  # Sent again, it is kept once.
            os.write(said_file, f"{said.nonce}\n".encode())

    with ThreadPoolExecutor(N_CLIENTS) as pool:
        list(pool.map(work, range(first, first + N_CLIENTS)))


if __name__ == "__main__":
    main(sys.argv[1], str(Path(sys.argv[2])), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
