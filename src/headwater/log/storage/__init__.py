"""Where a log lies: `storage.py` is the interface, one file a kind."""

from __future__ import annotations

from headwater.log.storage.below import Below
from headwater.log.storage.directory import Directory
from headwater.log.storage.memory import Memory
from headwater.log.storage.objects import Objects
from headwater.log.storage.storage import Stat, Storage

STORAGES: dict[str, type[Directory | Memory | Objects]] = {
    "directory": Directory,
    "memory": Memory,
    "objects": Objects,
}

__all__ = ["STORAGES", "Below", "Directory", "Memory", "Objects", "Stat", "Storage"]
