"""Starts the measured programs in a temporary directory, waits for them, and ends them."""
import contextlib
import resource
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / 'fcgi-examples/target/image/bin'


@contextlib.contextmanager
def directory():
    """A short one: the path of a Unix socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix='fcgi-') as name:
        yield Path(name)


def in_image(name):
    path = IMAGE / name
    if not path.exists():
        raise SystemExit(f'{path} is missing: ./mvnw -q package -DskipTests')
    return str(path)


@contextlib.contextmanager
def started(*command, cpu=None, **options):
    """A process that runs for the duration of the block; its output is discarded, its errors go to ours."""
    pinned = [] if cpu is None else ['taskset', '-c', str(cpu)]
    process = subprocess.Popen([*pinned, *map(str, command)], stdout=subprocess.DEVNULL,
                               **{'stdin': subprocess.DEVNULL, **options})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def playground(path, **options):
    with started(in_image('playground'), f'unix:{path}', **options) as process:
        await_listener(process, path)
        yield process


def await_listener(process, address):
    """Waits until something accepts at a path, or at a port of 127.0.0.1."""
    deadline = time.monotonic() + 20
    while True:
        try:
            connect(address).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f'{process.args} does not listen at {address}') from None
            time.sleep(0.01)


def connect(address):
    if isinstance(address, int):
        return socket.create_connection(('127.0.0.1', address))
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(address))
    except OSError:
        connection.close()
        raise
    return connection


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def allow_descriptors(count):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < count:
        raise SystemExit(f'needs {count} file descriptors, ulimit -Hn is {hard}')
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
