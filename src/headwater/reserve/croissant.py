"""Croissant: what a dataset holds, in the JSON-LD that catalogues of machine-learning data read; no I/O.

Source:
    MLCommons Croissant 1.1, "Dataset-level information", "Resources" and "RecordSets".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PATH = "croissant.json"
_CONFORMS = "http://mlcommons.org/croissant/1.1"
_KINDS = {"int64": "sc:Integer", "string": "sc:Text"}
_TERMS = (
    "citeAs column equivalentProperty extract field fileProperty fileObject fileSet format includes"
    " isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace"
    " samplingRate separator source subField transform"
)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a dataset.

    Attributes:
        name: Its name, relative to the metadata.
        media_type: Such as `application/x-parquet`.
        sha256: Its digest, 64 hex digits.
        size_bytes: Its size.
    """

    name: str
    media_type: str
    sha256: str
    size_bytes: int


def file_of(name: str, media_type: str, data: bytes) -> File:
    """Describe a file by its bytes."""
    return File(name, media_type, hashlib.sha256(data).hexdigest(), len(data))


def describe(
    name: str, description: str, files: Sequence[File], *, columns: Mapping[str, str], published: str
) -> bytes:
    """Describe a dataset.

    Args:
        name: Of the dataset.
        description: One paragraph; what was proved of it, and by what.
        files: Its files; `columns` are those of the first.
        columns: Name -> kind (`int64` or `string`) of each column of the first file; none for no table.
        published: When, RFC 3339.

    Returns:
        JSON-LD, to be written as `PATH`.
    """
    value = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "conformsTo": _CONFORMS,
        "name": name,
        "description": description,
        "url": f"https://{name}" if "." in name.partition("/")[0] else f"urn:headwater:{name}",
        "datePublished": published,
        "version": "1.0.0",
        "license": "unknown",  # Each document's own stands in its record.
        "creator": {"@type": "sc:Organization", "name": name, "url": f"https://{name}"},
        "citeAs": f"{name}, {published[:4]}",
        "distribution": [_file(one) for one in files],
        "recordSet": [_records(files[0].name, columns)] if columns else [],
    }
    return json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"


def _file(one: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": one.name,
        "name": one.name,
        "contentUrl": one.name,
        "contentSize": f"{one.size_bytes} B",
        "encodingFormat": one.media_type,
        "sha256": one.sha256,
    }


def _records(file: str, columns: Mapping[str, str]) -> dict[str, Any]:
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"documents/{column}",
            "name": column,
            "description": f"{column} of a document",
            "dataType": _KINDS[kind],
            "source": {"fileObject": {"@id": file}, "extract": {"column": column}},
        }
        for column, kind in columns.items()
    ]
    return {
        "@type": "cr:RecordSet",
        "@id": "documents",
        "name": "documents",
        "description": "one document a row",
        "field": fields,
    }


def _context() -> dict[str, Any]:
    terms: dict[str, Any] = {term: f"cr:{term}" for term in _TERMS.split()}
    terms |= {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
    }
    return terms
