"""What it costs to observe a server: requests/s and processor time per small request on kept-alive connections, of one
with a listener, with a listener, a status page and a limit for slow requests, with an access log, and under the flight
recorder, each beside one that nobody observes. JAVA_HOME must be a JDK that runs the library, since the run-time image
has no flight recorder.

The server has a core of its own, `fcgi load` the other one. A just-in-time compiler is never twice the same: two
processes with the same classes differ by several percent. So all servers are started several times, and a ratio is the
mean of those times, with its standard error. Within one time, rounds are interleaved, and figures are medians.
"""
import contextlib
import os
import re
import statistics
import subprocess
import time

import programs
import records
from behind_nginx import cpu_time

KINDS = ('off', 'listener', 'status', 'log', 'jfr')
WARM = 1.2  # seconds of the load itself, in each round


def options(command):
    command.add_argument('--times', type=int, default=4, help='how often all servers are started')
    command.add_argument('--kinds', type=lambda kinds: kinds.split(','), default=KINDS, help='some of them; off is always one')
    command.add_argument('--connections', type=int, default=8)
    command.add_argument('--rounds', type=int, default=3)
    command.add_argument('--seconds', type=float, default=1.5, help='of each measurement')
    command.add_argument('--warm', type=float, default=3, help='seconds for each server before')
    command.add_argument('--max', type=float, metavar='PERCENT',
                         help='fail when a listener and a status page cost more requests/s than that')


def run(arguments):
    if 'JAVA_HOME' not in os.environ:
        raise SystemExit('JAVA_HOME is not set')
    arguments.kinds = [kind for kind in KINDS if kind == 'off' or kind in arguments.kinds]
    if arguments.max is not None and 'status' not in arguments.kinds:
        raise SystemExit('--max is for the kind status')
    results = {kind: [] for kind in arguments.kinds}
    for _ in range(arguments.times):
        for kind, measurements in once(arguments).items():
            results[kind].append([statistics.median(values) for values in zip(*measurements)])
    for kind in arguments.kinds:
        rate, cpu = (statistics.mean(values) for values in zip(*results[kind]))
        print(f'{kind:9}{rate:8.0f} requests/s, {ratio(results, kind, 0)} of off; '
              f'{cpu:6.2f} us, {ratio(results, kind, 1)} of off')
    cost = (1 - statistics.mean(ratios(results, 'status', 0))) * 100 if 'status' in results else 0
    return [f'{cost:.1f} % for a listener and a status page'] if arguments.max is not None and cost > arguments.max else []


def once(arguments):
    """Starts all servers, and measures each some times, in turn."""
    results = {kind: [] for kind in arguments.kinds}
    with programs.directory() as directory, contextlib.ExitStack() as stack:
        servers = {kind: server(stack, directory, kind) for kind in results}
        for kind in results:
            measured(servers[kind], directory / kind, arguments.warm, arguments.connections)
        for _ in range(arguments.rounds):
            for kind in results:
                results[kind].append(measured(servers[kind], directory / kind, arguments.seconds, arguments.connections))
    return results


def server(stack, directory, kind):
    classes = ':'.join(f'{programs.ROOT}/{module}/target/classes' for module in ('fcgi-core', 'fcgi-benchmarks'))
    recorder = [f'-XX:StartFlightRecording:filename={directory}/{kind}.jfr'] if kind == 'jfr' else []
    process = stack.enter_context(programs.started(
        f'{os.environ["JAVA_HOME"]}/bin/java', '-XX:+UseSerialGC', *recorder, '-cp', classes,
        'dev.fcgi.benchmarks.ObservedHello', kind, directory / kind, cpu=1, stderr=subprocess.DEVNULL))
    programs.await_listener(process, directory / kind)
    return process


def measured(process, socket, seconds, connections):
    """Requests a second, and microseconds of the server's processor time for each."""
    with programs.started(programs.in_image('fcgi'), 'load', f'unix:{socket}', '/hello', '-t', WARM + seconds + 10,
                          '-c', connections, cpu=0, stderr=subprocess.DEVNULL):
        time.sleep(WARM)
        requests, begin, cpu = answered(socket), time.monotonic(), cpu_time(process)
        time.sleep(seconds)
        requests, elapsed, cpu = answered(socket) - requests, time.monotonic() - begin, cpu_time(process) - cpu
    return requests / elapsed, cpu * 1e6 / requests


def answered(socket):
    with programs.connect(socket) as connection:
        connection.sendall(records.request('/stats', keep=False))
        return int(re.search(r'total=(\d+)', records.response(connection).decode())[1])


def ratios(results, kind, figure):
    return [observed[figure] / off[figure] for observed, off in zip(results[kind], results['off'])]


def ratio(results, kind, figure):
    values = ratios(results, kind, figure)
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0
    return f'{statistics.mean(values):5.3f} +- {error:.3f}'
