"""What every reason for a skip means, in one sentence; the same words stand in `docs/spec/accounting.md`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.curate.policy import REASONS
from headwater.curate.summary import Summary

SKIPS: Mapping[str, str] = MappingProxyType(
    {
        "arrow-corrupt": "An Arrow batch cannot be read; rows behind it cannot be counted.",
        "arrow-truncated": "An Arrow file lacks its end mark.",
        "bytes-unrecognised": "Bytes where a record should start are none.",
        "content-encoding-corrupt": "The body is not what Content-Encoding says, or ends early, "
        "and does not read as text.",
        "content-encoding-too-deep": "More than three content codings.",
        "content-encoding-unknown": "A content coding that is not known, and the body does not read as text.",
        "content-length-invalid": "The WARC Content-Length is missing or no number.",
        "content-length-wrong": "The WARC Content-Length is not the length of the block.",
        "empty-member": "A compressed member without content, such as a zstd dictionary.",
        "expansion-too-large": "The body, or a stretch of compressed lines without a record, "
        "decodes to more than the ratio allowed.",
        "extract-error": "Opening the document or extracting its text raised an error.",
        "file-unreadable": "A Parquet or Arrow file that as a whole cannot be read.",
        "gap": "No shard accounts for these bytes: damage across a seam.",
        "gzip-corrupt": "A gzip member does not decode, or its checksum fails.",
        "gzip-truncated": "The file ends inside a gzip member.",
        "html-too-tangled": "Elements left open, and tags that search them, would take the parser too long.",
        "http-header-invalid": "No HTTP status line, or a header larger than the bound.",
        "json-invalid": "A line is not JSON.",
        "json-not-object": "A line is JSON and no object.",
        "line-too-long": "A line is longer than the bound.",
        "media-type-not-text": "An image, a PDF, a script: nothing a text corpus keeps.",
        "padding": "Blank lines or NULs.",
        "payload-too-large": "The document is larger than the bound.",
        "record-truncated": "The file ends inside a record.",
        "record-type-continuation": "A later segment of a segmented record.",
        "record-type-metadata": "A record about another record.",
        "record-type-request": "A request.",
        "record-type-revisit": "A capture whose content is stored elsewhere.",
        "record-type-unknown": "A record type the standard does not name.",
        "record-type-warcinfo": "A record about the file.",
        "response-not-http": "A response of another protocol.",
        "row-group-corrupt": "A Parquet row group cannot be read on; its remaining rows are counted.",
        "row-invalid": "A row holds values that are not valid, such as a string that is not UTF-8.",
        "shard-given-up": "It was not opened: too many records before it, in the same stretch of "
        "the source, ended their worker.",
        "text-column-missing": "A Parquet or Arrow file without a text column.",
        "text-missing": "A row or line without a string in a text field.",
        "transfer-encoding-corrupt": "Chunks begin well and go wrong.",
        "utf8-invalid": "A line or text is not UTF-8.",
        "warc-header-invalid": "A WARC header without WARC-Type.",
        "warc-header-too-large": "A WARC header larger than the bound.",
        "worker-died": "Opening or labelling the document ended the worker process, "
        "or took more CPU time than allowed.",
        "zstd-corrupt": "A zstd frame does not decode, or its checksum fails.",
        "zstd-truncated": "The file ends inside a zstd frame.",
    }
)


def explain(reason: str) -> str:
    """Say what a reason means; empty for one that is not known.

    Args:
        reason: As in `skipped.parquet`; `label-error:NAME` names the label.
    """
    if reason.startswith("label-error:"):
        return f"The label {reason.partition(':')[2]} raised an error on the document."
    return SKIPS.get(reason, "")


def explanations(summary: Summary) -> dict[str, str]:
    """Give what each reason of a run means: those of its skips, and all of decisions."""
    return {**REASONS, **{skip.reason: explain(skip.reason) for skip in summary.skips}}
