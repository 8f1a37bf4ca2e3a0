"""The same plan on a real Ray cluster on this machine: the same bytes, and a worker's death is survived."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from headwater.curate.engine.native import NativeEngine
from tests.curate.crawls import crawl, run, tree
from tests.curate.test_deaths import IMPATIENT, hostile_crawl

ROOT = Path(__file__).parents[2]
_ON_RAY = """
import sys
from pathlib import Path
from headwater.curate.engine.ray import RayEngine
from tests.curate.crawls import run
run(Path(sys.argv[1]), Path(sys.argv[2]), engine=RayEngine(workers=2))
"""
_HOSTILE = """
import sys
from pathlib import Path
from headwater.curate.engine.ray import RayEngine
from tests.curate.crawls import run
from tests.curate.test_deaths import IMPATIENT
run(Path(sys.argv[1]), Path(sys.argv[2]), engine=RayEngine(workers=2), config=IMPATIENT)
"""
# A cluster of two nodes on this machine; the run's own process is killed once a shard is read.
_ON_TWO_NODES = """
import subprocess, sys, time
from pathlib import Path
from ray.cluster_utils import Cluster
out, *command = sys.argv[1:]
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
cluster.add_node(num_cpus=1)
command += ["--out", out, "--engine", "ray", "--ray-address", cluster.address]
job = subprocess.Popen(command)
while job.poll() is None and not list(Path(out).rglob("commits/evidence/*.json")):
    time.sleep(0.02)
job.kill()
if job.wait() != 0:
    print("killed at work", flush=True)
subprocess.run(command, check=True)
cluster.shutdown()
"""


@pytest.mark.slow
def test_a_ray_cluster_gives_the_bytes_of_this_process(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the ray extra is not installed")
    source = crawl(tmp_path / "in")
    run(source, tmp_path / "inline")

    command = [sys.executable, "-c", _ON_RAY, str(source), str(tmp_path / "ray")]
    job = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300)
    assert job.returncode == 0, job.stderr[-2000:]
    assert tree(tmp_path / "ray") == tree(tmp_path / "inline")


@pytest.mark.slow
@pytest.mark.loopback
def test_two_nodes_read_from_s3_and_a_killed_run_resumes_to_the_bytes_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="the ray extra is not installed")
    source = crawl(tmp_path / "in", n_files=4)
    with s3_of(source, bucket="crawl") as places:
        for name, value in places.items():
            monkeypatch.setenv(name, value)
        command = [sys.executable, "-m", "headwater", "curate", "s3://crawl/*.warc.gz", "--workers", "2"]
        subprocess.run([*command, "--out", str(tmp_path / "native")], cwd=ROOT, check=True, timeout=120)
        script = [sys.executable, "-c", _ON_TWO_NODES, str(tmp_path / "ray"), *command]
        job = subprocess.run(script, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300)

    assert job.returncode == 0, job.stderr[-2000:]
    assert "killed at work" in job.stdout
    assert tree(tmp_path / "ray") == tree(tmp_path / "native")


@contextmanager
def s3_of(folder: Path, *, bucket: str) -> Iterator[dict[str, str]]:
    """Serve the files of a folder as an object store would; give what names it to a driver."""
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    system = s3fs.S3FileSystem(
        key="k", secret="s", endpoint_url=f"http://{host}:{port}", skip_instance_cache=True
    )
    system.mkdir(bucket)
    for path in folder.iterdir():
        system.put_file(str(path), f"{bucket}/{path.name}")
    try:
        yield {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
        }
    finally:
        server.stop()


@pytest.mark.slow
def test_records_that_kill_their_workers_on_ray_are_skipped_as_on_the_native_engine(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the ray extra is not installed")
    source = hostile_crawl(tmp_path / "in", n_files=2, n_slow=2)
    summary = run(source, tmp_path / "native", engine=NativeEngine(workers=2), config=IMPATIENT)
    assert [(skip.reason, skip.n_records) for skip in summary.skips] == [("worker-died", 4)]

    command = [sys.executable, "-c", _HOSTILE, str(source), str(tmp_path / "ray")]
    job = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300)
    assert job.returncode == 0, job.stderr[-2000:]
    assert tree(tmp_path / "ray") == tree(tmp_path / "native")
