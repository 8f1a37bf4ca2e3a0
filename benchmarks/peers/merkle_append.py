"""Append entries to pymerkle's tree in memory, and print the CPU seconds it took."""

import sys
import time

from pymerkle import InmemoryTree

n, size = int(sys.argv[1]), int(sys.argv[2])
entries = [at.to_bytes(size, "big") for at in range(n)]
tree = InmemoryTree(algorithm="sha256")
start = time.process_time()
for entry in entries:
    tree.append_entry(entry)
print(time.process_time() - start)
