"""Fetching from a server on this machine that breaks off, lies, stalls or refuses."""

import errno
import hashlib
import http.server
import io
import tarfile
import threading

import numpy as np
import pytest

from cs231n_kit.cli import main
from cs231n_kit.data import DataError, load_cifar10, load_mnist
from cs231n_kit.data import fetch as fetching
from cs231n_kit.data.official import CIFAR10_BATCHES, MNIST_FILES
from tests.cs231n_kit.data.official_files import official_batch, official_idx


def archive(names=CIFAR10_BATCHES):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for seed, name in enumerate(names):
            contents = official_batch(seed)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(contents)
            tar.addfile(member, io.BytesIO(contents))
    return buffer.getvalue()


def digits():
    """The four arrays of a small MNIST: images and labels to train with, images and labels to test with."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, 10 if len(shape) == 1 else 256, shape) for shape in ((60, 28, 28), (60,), (20, 28, 28), (20,))]


GOOD = archive()
HALF = len(GOOD) // 2  # what a server sends that breaks off
FILES = {"cifar-10-python.tar.gz": GOOD, **dict(zip(MNIST_FILES, map(official_idx, digits()), strict=True))}


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves FILES in the manner that the first part of the path names, and notes each request."""

    def do_GET(self):
        manner, name = self.path.split("/")[1:]
        good = FILES[name]
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        self.server.requests.append((manner, start))
        if manner == "gone":
            self.send_error(404)
            return
        if manner == "hangup":
            return
        if manner == "restart":
            start = 0
        if start >= len(good):
            self.send_error(416)
            return
        body = (b"x" + good[1:] if manner == "lie" else good)[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if manner == "stall":
            self.wfile.write(body[:1000])
            self.wfile.flush()
            self.server.released.wait(5)
        elif manner == "break" and [m for m, _ in self.server.requests].count("break") == 1:
            self.wfile.write(body[: len(good) // 2])
        else:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.requests, running.released = [], threading.Event()
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(fetching, "STALL_SECONDS", 0.3)

    def offer(*manners):
        folders = tuple(f"http://127.0.0.1:{running.server_port}/{manner}/" for manner in manners)
        remotes = [fetching.Remote(name, hashlib.md5(good).hexdigest(), folders) for name, good in FILES.items()]
        monkeypatch.setattr(fetching, "REMOTES", {"cifar10": remotes[:1], "mnist": remotes[1:]})
        return running.requests

    yield offer
    running.released.set()
    running.shutdown()
    running.server_close()
    thread.join()


def here(folder, name="data"):
    return sorted(p.name for p in (folder / name).iterdir()) if (folder / name).is_dir() else []


def test_an_honest_server_delivers_and_only_the_data_stays(server, tmp_path):
    server("good")
    assert fetching.fetch("cifar10") == tmp_path / "data" / "cifar-10-batches-py"
    assert here(tmp_path) == ["cifar-10-batches-py"]
    X_train, y_train, X_test, _ = load_cifar10(full=True)
    assert (X_train.shape, y_train.shape, X_test.shape) == ((100, 32, 32, 3), (100,), (20, 32, 32, 3))


def test_what_is_already_here_is_not_fetched_again(server, tmp_path):
    requests = server("good")
    fetching.fetch("cifar10")
    fetching.fetch("cifar10")
    assert len(requests) == 1


def test_a_download_that_broke_off_goes_on_where_it_stopped(server, tmp_path):
    requests = server("break")
    with pytest.raises(DataError, match="broke off"):
        fetching.fetch("cifar10")
    assert here(tmp_path) == ["cifar-10-python.tar.gz.part"]
    kept = (tmp_path / "data" / "cifar-10-python.tar.gz.part").read_bytes()
    assert kept == GOOD[: len(kept)]
    assert 0.9 * HALF < len(kept) <= HALF  # the last chunk, which is small, may be lost
    fetching.fetch("cifar10")
    assert [start for _, start in requests] == [0, len(kept)]
    assert here(tmp_path) == ["cifar-10-batches-py"]


def test_a_mirror_goes_on_where_another_source_broke_off(server, tmp_path):
    requests = server("break", "good")
    fetching.fetch("cifar10")
    (_, first), (mirror, start) = requests
    assert (first, mirror) == (0, "good")
    assert 0.9 * HALF < start <= HALF
    assert here(tmp_path) == ["cifar-10-batches-py"]


def test_a_part_that_is_whole_is_not_fetched_again(server, tmp_path):
    requests = server("good")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cifar-10-python.tar.gz.part").write_bytes(GOOD)
    fetching.fetch("cifar10")
    assert requests == [("good", len(GOOD))]
    assert here(tmp_path) == ["cifar-10-batches-py"]


def test_a_server_that_cannot_resume_sends_it_all_and_nothing_is_doubled(server, tmp_path):
    server("restart")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cifar-10-python.tar.gz.part").write_bytes(GOOD[:1000])
    fetching.fetch("cifar10")
    assert here(tmp_path) == ["cifar-10-batches-py"]


def test_the_four_files_of_mnist_arrive_and_are_loaded(server, tmp_path):
    requests = server("good")
    assert fetching.fetch("mnist") == tmp_path / "data" / "MNIST"
    assert here(tmp_path / "data", "MNIST") == sorted(MNIST_FILES)
    for loaded, expected in zip(load_mnist(full=True), digits(), strict=True):
        np.testing.assert_array_equal(loaded, expected)
    fetching.fetch("mnist")
    assert len(requests) == 4


def test_mnist_goes_on_with_the_file_that_broke_off_and_fetches_no_other_twice(server, tmp_path):
    requests = server("good")
    fetching.fetch("mnist")
    broken = tmp_path / "data" / "MNIST" / MNIST_FILES[0]
    broken.unlink()
    requests.clear()
    server("break")
    with pytest.raises(DataError, match=f"{broken.name} could not be fetched[\\s\\S]*broke off"):
        fetching.fetch("mnist")
    kept = broken.with_name(f"{broken.name}.part").read_bytes()
    assert 0 < len(kept) < len(FILES[broken.name])
    assert FILES[broken.name].startswith(kept)
    fetching.fetch("mnist")
    assert [start for _, start in requests] == [0, len(kept)]
    assert here(tmp_path / "data", "MNIST") == sorted(MNIST_FILES)
    np.testing.assert_array_equal(load_mnist(full=True)[0], digits()[0])


def test_a_lie_about_mnist_leaves_no_half_file_and_the_mirror_steps_in(server, tmp_path):
    server("lie")
    with pytest.raises(DataError, match=f"{MNIST_FILES[0]} could not be fetched[\\s\\S]*another checksum"):
        fetching.fetch("mnist")
    assert here(tmp_path / "data", "MNIST") == []
    server("lie", "good")
    fetching.fetch("mnist")
    assert here(tmp_path / "data", "MNIST") == sorted(MNIST_FILES)


@pytest.mark.parametrize("manner", ["gone", "lie", "stall", "hangup"])
def test_a_bad_source_is_passed_over_and_the_mirror_steps_in(server, tmp_path, manner):
    requests = server(manner, "good")
    fetching.fetch("cifar10")
    assert [m for m, _ in requests] == [manner, "good"]
    assert here(tmp_path) == ["cifar-10-batches-py"]


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        ("gone", "status 404"),
        ("lie", "another checksum"),
        ("stall", "no answer for"),
        ("break", "the connection broke off"),
        ("hangup", "no connection"),
    ],
)
def test_when_no_source_delivers_each_is_told_with_its_reason(server, tmp_path, manner, words):
    server(manner)
    with pytest.raises(DataError, match=rf"could not be fetched\n  http://127.0.0.1:\d+/{manner}/: .*{words}[\s\S]*fix: "):
        fetching.fetch("cifar10")
    assert "cifar-10-batches-py" not in here(tmp_path)
    assert "cifar-10-python.tar.gz" not in here(tmp_path)


def test_when_several_sources_fail_the_command_lists_them_all_without_a_traceback(server, capsys):
    server("gone", "lie", "break", "stall")
    assert main(["data", "fetch", "cifar10"]) == 1
    out, err = capsys.readouterr()
    message = err[err.index("cs231n-kit: ") :].splitlines()  # what precedes it are progress bars
    assert out == ""
    assert message[0] == "cs231n-kit: cifar-10-python.tar.gz could not be fetched"
    reasons = [
        "gone/: status 404",
        "lie/: the file has another checksum",
        "break/: the connection broke off",
        "stall/: no answer",
    ]
    assert len(message) == len(reasons) + 2
    assert all(reason in line for reason, line in zip(reasons, message[1:-1], strict=True))
    assert message[-1].startswith("  fix: ")
    assert "Traceback" not in err


def test_a_lie_is_not_kept_to_be_resumed(server, tmp_path):
    server("lie")
    with pytest.raises(DataError):
        fetching.fetch("cifar10")
    assert here(tmp_path) == []


def test_without_a_network_the_way_out_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    remote = fetching.Remote("cifar-10-python.tar.gz", "0" * 32, ("http://127.0.0.1:9/",))
    monkeypatch.setitem(fetching.REMOTES, "cifar10", (remote,))
    with pytest.raises(DataError, match=r"no connection[\s\S]*set CS231N_DATA"):
        fetching.fetch("cifar10")


def test_a_full_disk_is_told_and_leaves_no_half_file(server, monkeypatch, tmp_path):
    server("good")
    really = fetching._append

    def full(file, chunk):
        really(file, chunk[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetching, "_append", full)
    with pytest.raises(DataError, match=r"the disk is full[\s\S]*fix: make room"):
        fetching.fetch("cifar10")
    assert here(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_told(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "file" / "data"))
    with pytest.raises(DataError, match=r"cannot write to[\s\S]*CS231N_DATA"):
        fetching.fetch("cifar10")


def deliver(monkeypatch, contents):
    """Let the download bring these bytes, whatever their checksum."""

    def download(remote, folder):
        (folder / remote.name).write_bytes(contents)
        return folder / remote.name

    monkeypatch.setattr(fetching, "_download", download)


def test_an_archive_that_cannot_be_unpacked_leaves_nothing(server, monkeypatch, tmp_path):
    server("good")
    deliver(monkeypatch, GOOD[:HALF])
    with pytest.raises(DataError, match="damaged"):
        fetching.fetch("cifar10")
    assert here(tmp_path) == []


def test_an_archive_that_lacks_a_file_does_not_count_as_fetched(server, monkeypatch, tmp_path):
    server("good")
    deliver(monkeypatch, archive(CIFAR10_BATCHES[:3]))
    with pytest.raises(DataError, match=r"damaged[\s\S]*data_batch_4[\s\S]*fix: "):
        fetching.fetch("cifar10")
    assert "cifar-10-batches-py" not in here(tmp_path)


def test_verify_finds_a_single_changed_pixel(server, monkeypatch, tmp_path, capsys):
    server("good")
    fetching.fetch("cifar10")
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in load_cifar10(full=True, dtype=np.uint8)))
    monkeypatch.setitem(fetching.CONTENTS, "cifar10", digest.hexdigest())
    assert main(["data", "verify", "cifar10"]) == 0
    path = tmp_path / "data" / "cifar-10-batches-py" / "data_batch_3"
    contents = bytearray(path.read_bytes())
    contents[len(contents) // 2] ^= 1
    path.write_bytes(bytes(contents))
    assert main(["data", "verify", "cifar10"]) == 1
    assert "differs from the official data" in capsys.readouterr().err


def test_the_command_fetches_and_says_where(server, tmp_path, capsys):
    server("good")
    assert main(["data", "where", "cifar10"]) == 0
    assert "not here   fix: cs231n-kit data fetch cifar10" in capsys.readouterr().out
    assert main(["data", "fetch", "cifar10"]) == 0
    assert main(["data", "where", "cifar10"]) == 0
    assert "cifar10  complete" in capsys.readouterr().out


def test_an_unknown_data_set_is_refused(capsys):
    assert main(["data", "fetch", "cifar100"]) == 1
    assert "name cifar10 or mnist" in capsys.readouterr().err
