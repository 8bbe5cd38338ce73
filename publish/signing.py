"""Ed25519 keys and signatures: who published a release.

The signature is over the bytes of SHA256SUMS, which names every other file. Keys and signatures are kept as base64
text on one line; a secret key is never written anywhere but where `keys_new` was asked to.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from sources.errors import Exit, FtaError

SECRET_MARK = "ftadata-secret-key-1 "
PUBLIC_MARK = "ftadata-public-key-1 "
ENVIRONMENT = "FTADATA_SIGNING_KEY"


def keys_new(path: Path) -> str:
    """Make a key pair: the secret key in `path` (readable by its owner alone), the public key beside it as `.pub`.

    Returns:
        The line of the public key.

    Raises:
        FtaError: there is a file already; a key is never overwritten.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public_path = path.with_name(path.name + ".pub")
    for file in (path, public_path):
        if file.exists():
            raise FtaError(
                "key_exists", "There is a key already, and keys are not overwritten.", where={"file": str(file)},
                remedy="Name another file, or move the old key away first.", exit_code=Exit.WRONG_USE,
            )  # fmt: skip
    secret = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as secret_file:
        secret_file.write(SECRET_MARK + base64.b64encode(secret.private_bytes_raw()).decode() + "\n")
    public = _public_line(secret.public_key().public_bytes_raw())
    public_path.write_text(public, encoding="ascii")
    return public.strip()


def key_from(path: Path | None = None) -> str | None:
    """The line of a secret key from a file, else from the environment variable `FTADATA_SIGNING_KEY`, else None.

    The variable holds either the line itself or the path of a file with it.

    Raises:
        FtaError: the file named does not exist.
    """
    named = os.environ.get(ENVIRONMENT, "").strip()
    if path is None and (not named or named.startswith(SECRET_MARK)):
        return named or None
    file = path or Path(named)
    if not file.is_file():
        raise FtaError(
            "no_key", "The signing key named does not exist.", where={"file": str(file)},
            remedy="Make one with `ftadata keys new`, or name another.", exit_code=Exit.WRONG_USE,
        )  # fmt: skip
    return file.read_text(encoding="ascii").strip()


def public_key_of(secret: str) -> str:
    """The line of the public key that belongs to a secret one.

    Raises:
        FtaError: the text is no secret key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(_decoded(secret, SECRET_MARK, 32))
    return _public_line(key.public_key().public_bytes_raw())


def sign(secret: str, data: bytes) -> str:
    """The signature of some bytes, as one line.

    Raises:
        FtaError: the text is no secret key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(_decoded(secret, SECRET_MARK, 32))
    return base64.b64encode(key.sign(data)).decode() + "\n"


def is_signed_by(public: str, data: bytes, signature: str) -> bool:
    """Whether a signature over some bytes was made with the secret key that belongs to a public one.

    Raises:
        FtaError: the text is no public key.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(_decoded(public, PUBLIC_MARK, 32))
    try:
        key.verify(base64.b64decode(signature, validate=False), data)
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _public_line(raw: bytes) -> str:
    return PUBLIC_MARK + base64.b64encode(raw).decode() + "\n"


def _decoded(line: str, mark: str, length: int) -> bytes:
    text = line.strip()
    try:
        raw = base64.b64decode(text.removeprefix(mark), validate=True) if text.startswith(mark) else b""
    except binascii.Error:
        raw = b""
    if len(raw) != length:
        raise FtaError(
            "bad_key", f"This is not a key that begins with {mark.strip()!r}.",
            remedy="Make a pair with `ftadata keys new`.", exit_code=Exit.WRONG_USE,
        )  # fmt: skip
    return raw
