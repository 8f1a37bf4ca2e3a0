"""Checkpoints: a log's head in a signed note (C2SP tlog-checkpoint), and the policy to trust one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headwater.errors import FormatError, InputError, SignatureError
from headwater.log import note
from headwater.log.algorithm import MAX_TIME_S, Algorithm, head_lines
from headwater.log.note import Note, Signature, VerifierKey
from headwater.log.tree import EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says it holds.

    Attributes:
        origin: Identity of the log, one line.
        size: Number of entries.
        root: Root of the tree over them, 32 bytes.
        extensions: Further lines. We write none, since ML-DSA signatures do not cover them.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Give the text of the note."""
        lines = (self.origin, str(self.size), note.encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key; it is shown nowhere.

    Attributes:
        name: Name of the key: of a log's own, its origin.
        algorithm: One of `ALGORITHMS`.
        seed: 32 bytes.
    """

    name: str
    algorithm: Algorithm
    seed: bytes = field(repr=False)

    @property
    def key(self) -> VerifierKey:
        """Derive the public half."""
        return VerifierKey(self.name, self.algorithm, self.algorithm.public(self.seed))


@dataclass(frozen=True, slots=True)
class Policy:
    """Who must have signed a checkpoint for us to believe it.

    Attributes:
        origin: The log.
        keys: Keys of the log that must *all* have signed: Ed25519 alone, or ML-DSA-44 too.
        witnesses: Keys of witnesses.
        quorum: How many of them must have signed.
    """

    origin: str
    keys: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0

    def __post_init__(self) -> None:
        """Refuse a policy that would accept anything, or nothing.

        Raises:
            InputError: If it names no key of the log, or a quorum or key that no witness can give.
        """
        if not self.keys or not 0 <= self.quorum <= len({key.name for key in self.witnesses}):
            raise InputError("a policy names a key of the log, and a quorum its witnesses can reach")
        if not all(key.algorithm.timed for key in self.witnesses):
            raise InputError("the key of a witness is of a kind that signs a time")


def parse_text(text: str) -> Checkpoint:
    """Parse the text of a checkpoint.

    Args:
        text: The text of a note.

    Returns:
        The checkpoint, with `parse_text(text).text == text`.

    Raises:
        FormatError: If it is not one.

    Source:
        C2SP tlog-checkpoint, "Note text".
    """
    note.check_text(text)
    origin, size, root = head_lines(text)
    extensions = tuple(text.split("\n")[3:-1])
    if not all(extensions):
        raise FormatError("a checkpoint has an empty line")
    if size == 0 and root != EMPTY_ROOT:
        raise FormatError("a checkpoint of an empty log has another root than the empty tree's")
    return Checkpoint(origin, size, root, extensions)


def parse(data: bytes) -> tuple[Checkpoint, Note]:
    """Parse a signed checkpoint; nothing is verified.

    Args:
        data: Bytes of a note.

    Returns:
        The checkpoint, and the note with its signatures.

    Raises:
        FormatError: If it is not one.
    """
    parsed = note.parse(data)
    return parse_text(parsed.text), parsed


def sign(checkpoint: Checkpoint, signers: Sequence[Signer], *, time_s: int) -> bytes:
    """Sign a checkpoint.

    Args:
        checkpoint: Without extension lines.
        signers: At least one.
        time_s: Now, in POSIX seconds.

    Returns:
        The signed note.

    Raises:
        InputError: If the checkpoint is not one that we write, or nobody signs.
    """
    sound = 0 <= checkpoint.size <= MAX_TIME_S and len(checkpoint.root) == 32
    if checkpoint.extensions or not checkpoint.origin or "\n" in checkpoint.origin or not sound:
        raise InputError("a checkpoint to sign has an origin, a size, a root, and no extension lines")
    made = tuple(cosign(checkpoint, signer, time_s=time_s) for signer in signers)
    return note.encode(Note(checkpoint.text, made))


def cosign(checkpoint: Checkpoint, signer: Signer, *, time_s: int) -> Signature:
    """Make one more signature under a checkpoint.

    Args:
        checkpoint: What is signed.
        signer: Who signs.
        time_s: Now, in POSIX seconds.
    """
    value = signer.algorithm.sign(signer.seed, signer.name, checkpoint.text, time_s=time_s)
    return Signature(signer.name, signer.key.id, value)


def verify(data: bytes, policy: Policy) -> Checkpoint:
    """Check that a checkpoint is signed as a policy wants.

    Args:
        data: Bytes of a signed note.
        policy: Who must have signed.

    Returns:
        The checkpoint.

    Raises:
        FormatError: If it does not parse.
        SignatureError: If it is another log's, or a signature that must be there is missing or wrong.
    """
    checkpoint, signed = parse(data)
    if checkpoint.origin != policy.origin:
        raise SignatureError(f"the checkpoint is of {checkpoint.origin!a}, not of {policy.origin!a}")
    found = {one.key for one in note.verify(signed, (*policy.keys, *policy.witnesses))}
    for key in policy.keys:
        if key not in found:
            raise SignatureError(f"the checkpoint lacks the {key.algorithm.name} signature of {key.name}")
    # One witness counts once, with however many keys of one name it signs.
    witnesses = {key.name for key in policy.witnesses if key in found}
    if len(witnesses) < policy.quorum:
        raise SignatureError(f"{len(witnesses)} witnesses signed the checkpoint, {policy.quorum} must")
    return checkpoint
