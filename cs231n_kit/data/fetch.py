"""Bring the full data sets: from the official place first, then from mirrors, with checksums, resuming what broke off."""

import errno
import hashlib
import shutil
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cs231n_kit.data.cifar10 import load_cifar10
from cs231n_kit.data.errors import DataError
from cs231n_kit.data.mnist import load_mnist
from cs231n_kit.data.official import CIFAR10_BATCHES, MNIST_FILES, data_folder

STALL_SECONDS = 30  # without a byte, a server counts as stalled
CHUNK = 1 << 14  # requests drops a chunk that breaks off in the middle, so at most this much must come again


@dataclass(frozen=True)
class Remote:
    """A file to fetch: its name, checksum, and the addresses of folders that hold it, the official one first."""

    name: str
    md5: str
    folders: tuple[str, ...]


_CIFAR10_FOLDERS = ("https://www.cs.toronto.edu/~kriz/", "https://dataset.bj.bcebos.com/cifar/")
_MNIST_FOLDERS = (
    "http://yann.lecun.com/exdb/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_MNIST_MD5 = (
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "d53e105ee54ea40749a09fcbcd1e9432",
    "9fb629c4189551a2d022fa330f9573f3",
    "ec29112dd5afa0611ce80d1b7f02629c",
)
REMOTES = {
    "cifar10": (Remote("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", _CIFAR10_FOLDERS),),
    "mnist": tuple(Remote(n, m, _MNIST_FOLDERS) for n, m in zip(MNIST_FILES, _MNIST_MD5, strict=True)),
}
LOADERS = {"cifar10": load_cifar10, "mnist": load_mnist}
CONTENTS = {  # SHA-256 of all pixels and labels, as the loaders return them
    "cifar10": "6b3883dca6c867f1e58def548c063d1865569b8575fcbce06b3e468a89f9895a",
    "mnist": "1e35582d42a90940c55b956deb61875c020b567ed20e3c5b174f52bf7809ed9b",
}


def is_complete(name: str) -> bool:
    """Return whether every file of a full data set is in its folder."""
    folder, files = _place(name)
    return all((folder / file).is_file() for file in files)


def fetch(name: str) -> Path:
    """Bring a full data set into `data_folder()` and return its folder there. What is already there is kept.

    Raises DataError if no source delivers it; what has arrived so far is kept and the next call goes on from there.
    """
    home, (folder, _) = data_folder(), _place(name)
    if is_complete(name):
        return folder
    try:
        home.mkdir(parents=True, exist_ok=True)
        paths = [_download(remote, home if name == "cifar10" else folder) for remote in REMOTES[name]]
        if name == "cifar10":
            _unpack(paths[0], folder)
    except OSError as error:
        problem, fix = f"cannot write to {home}: {error}", "set CS231N_DATA to a folder that you may write to"
        if error.errno == errno.ENOSPC:
            problem, fix = (
                f"the disk is full: {home}",
                "make room (CIFAR-10 needs 400 MB), or set CS231N_DATA to another folder",
            )
        raise DataError(f"{problem}\n  fix: {fix}") from None
    return folder


def _place(name: str) -> tuple[Path, tuple[str, ...]]:
    """Return the folder of a full data set and the files that belong there."""
    if name == "cifar10":
        return data_folder() / "cifar-10-batches-py", CIFAR10_BATCHES
    return data_folder() / "MNIST", MNIST_FILES


def verify(name: str) -> None:
    """Load a full data set and raise DataError if its pixels or labels are not the official ones."""
    digest = hashlib.sha256()
    for array in LOADERS[name](full=True, dtype=np.uint8):
        digest.update(np.ascontiguousarray(array).tobytes())
    if digest.hexdigest() != CONTENTS[name]:
        raise DataError(
            f"{name} in {data_folder()} differs from the official data\n"
            f"  expected SHA-256 {CONTENTS[name]}, got {digest.hexdigest()}\n"
            f"  fix: delete it there and run cs231n-kit data fetch {name}"
        )


def _download(remote: Remote, folder: Path) -> Path:
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    problems = []
    for address in remote.folders:
        try:
            path = pooch.retrieve(
                address + remote.name, f"md5:{remote.md5}", fname=remote.name, path=folder, downloader=_Resuming(folder)
            )
            return Path(path)
        except (requests.RequestException, ValueError) as error:  # pooch raises ValueError for a wrong checksum
            problems.append(f"  {address}: {_short(error)}")
    raise DataError(
        f"{remote.name} could not be fetched\n" + "\n".join(problems) + "\n"
        "  fix: try again later, it goes on where it stopped   (offline: set CS231N_DATA to a folder that holds a copy)"
    )


class _Resuming:
    """A downloader for pooch that keeps what has arrived in a .part file and asks for the rest the next time."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(self, url, output_file, _pooch) -> None:
        import requests
        from tqdm import tqdm

        name = url.rpartition("/")[2]
        part = _part(self.folder, name)
        have = part.stat().st_size if part.is_file() else 0
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
        with requests.get(url, headers=headers, stream=True, timeout=STALL_SECONDS) as reply:
            if reply.status_code == 416:  # nothing is left to send
                part.replace(output_file)
                return
            reply.raise_for_status()
            if reply.status_code != 206:
                have = 0
            rest = int(reply.headers.get("Content-Length", 0))
            bar = tqdm(total=have + rest or None, initial=have, unit="B", unit_scale=True, desc=name)
            try:
                with bar, part.open("ab" if have else "wb") as file:
                    for chunk in reply.iter_content(CHUNK):
                        _append(file, chunk)
                        bar.update(len(chunk))
            except OSError as error:
                if getattr(error, "errno", None) == errno.ENOSPC:
                    part.unlink(missing_ok=True)
                raise
            if rest and part.stat().st_size < have + rest:
                raise requests.exceptions.ChunkedEncodingError("the connection broke off")
        part.replace(output_file)


def _append(file, chunk: bytes) -> None:
    file.write(chunk)


def _part(folder: Path, name: str) -> Path:
    return folder / f"{name}.part"


def _short(error: Exception) -> str:
    import requests

    if not isinstance(error, requests.RequestException):
        return "the file has another checksum than the official one"
    if isinstance(error, requests.HTTPError):
        return f"status {error.response.status_code}"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"no answer for {STALL_SECONDS} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    return "no connection"


def _unpack(archive: Path, folder: Path) -> None:
    """Take the batches out of the archive, all or none and nothing else, and delete the archive."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        unpacked = Path(scratch) / folder.name
        unpacked.mkdir()
        try:
            with tarfile.open(archive) as tar:
                for name in CIFAR10_BATCHES:
                    with tar.extractfile(f"{folder.name}/{name}") as member, (unpacked / name).open("wb") as file:
                        shutil.copyfileobj(member, file)
        except (tarfile.TarError, EOFError, KeyError, AttributeError, zlib.error) as error:
            archive.unlink()
            raise DataError(f"{archive} is damaged: {error}\n  fix: run cs231n-kit data fetch cifar10 again") from None
        if folder.exists():
            shutil.rmtree(folder)
        unpacked.rename(folder)
    archive.unlink()
