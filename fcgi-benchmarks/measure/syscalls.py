"""System calls of the playground per small request on kept-alive connections; needs strace.

A closed loop of `fcgi load` with one connection, then with 32. "io" is what the library asks for: all calls but those
of the JDK's poller (epoll) and of the scheduler of threads (futex, sched_yield); the least possible is 2, one read and
one write. strace slows the server down, which then finds more requests waiting; so the calls are counted by strace, and
reads and writes once more by the kernel (/proc/PID/io) without it.
"""
import re
import subprocess
import tempfile
import time
from pathlib import Path

import programs
from idle_memory import stats

SECONDS = 3
POLLER = {'epoll_ctl', 'epoll_wait', 'epoll_pwait'}
SCHEDULER = {'futex', 'sched_yield'}


def options(command):
    command.add_argument('--max', type=float, metavar='N', help='fail when a request takes more calls for its io')


def run(arguments):
    failures = []
    for connections in (1, 32):
        untraced, calls = measured(connections)
        io = sum(n for name, n in calls.items() if name not in POLLER | SCHEDULER)
        poller = sum(calls.get(name, 0) for name in POLLER)
        scheduler = sum(calls.get(name, 0) for name in SCHEDULER)
        print(f'{connections:2} connections: io {io:.2f}, poller {poller:.2f}, scheduler {scheduler:.2f} per request; '
              f'without strace {untraced["syscr"]:.2f} reads, {untraced["syscw"]:.2f} writes')
        print('   ' + ', '.join(f'{name} {n:.2f}' for name, n in sorted(calls.items(), key=lambda c: -c[1])
                                if n >= 0.005))
        most = max(io, untraced['syscr'] + untraced['syscw'])
        if arguments.max and most > arguments.max:
            failures.append(f'{connections} connections: {most:.2f} calls, more than {arguments.max:.2f}')
    return failures


def measured(connections):
    with programs.directory() as directory, programs.playground(directory / 's') as server, programs.started(
            programs.in_image('fcgi'), 'load', f'unix:{directory / "s"}', '/hello', '-c', connections,
            '-t', 4 * SECONDS + 10, stderr=subprocess.DEVNULL):
        time.sleep(2 * SECONDS)  # compiled by then
        untraced = per_request(directory, lambda: kernel_counts(server))
        calls = per_request(directory, Traced(server).counts)
        return untraced, calls


def per_request(directory, counts):
    """The counts of some seconds, divided by the number of requests."""
    first = counts()
    begin = stats(directory)['total']
    time.sleep(SECONDS)
    requests = stats(directory)['total'] - begin
    last = counts()
    return {name: (n - first.get(name, 0)) / requests for name, n in last.items()}


def kernel_counts(server):
    return {name: int(value) for name, value in
            re.findall(r'(sysc[rw]): (\d+)', Path(f'/proc/{server.pid}/io').read_text())}


class Traced:
    """strace -c: starts at the first call of counts() and reports at the second."""

    def __init__(self, server):
        self.server = server
        self.strace = None

    def counts(self):
        if self.strace is None:
            self.report = tempfile.NamedTemporaryFile('r')
            self.strace = subprocess.Popen(['strace', '-q', '-f', '-c', '-o', self.report.name,
                                            '-p', str(self.server.pid)], stderr=subprocess.DEVNULL)
            while any('TracerPid:\t0\n' in (task / 'status').read_text()
                      for task in Path(f'/proc/{self.server.pid}/task').iterdir()):
                time.sleep(0.001)
            return {}
        self.strace.terminate()
        self.strace.wait()
        with self.report:
            return {row[-1]: int(row[3]) for row in map(str.split, self.report)
                    if len(row) >= 5 and row[3].isdigit() and row[-1] != 'total'}
