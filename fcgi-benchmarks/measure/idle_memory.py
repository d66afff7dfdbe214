"""Resident memory (VmRSS) of the playground with idle kept-alive connections, above that of the same playground before.

"asked": each connection has had one small request and its response. "silent": it never sent anything. Some
seconds later the compiler has given back what it used; the heap still holds garbage of the requests and of accepting:
"live" is what a full collection leaves of it for the connections. FCGI_JAVA_OPTS reaches the playground.
"""
import re
import time
from pathlib import Path

import programs
import records

SETTLING_SECONDS = 10


def options(command):
    command.add_argument('--connections', type=int, default=10_000)
    command.add_argument('--max', type=float, metavar='MB', help='fail when "asked" takes more')


def run(arguments):
    programs.allow_descriptors(arguments.connections + 100)
    failures = []
    for ask in (True, False):
        grown, live = measured(arguments.connections, ask)
        print(f'{arguments.connections} {"asked" if ask else "silent"} connections: {grown / 1e6:5.1f} MB resident '
              f'({grown / arguments.connections:.0f} bytes each), {live / 1e6:5.1f} MB live in the heap '
              f'({live / arguments.connections:.0f} bytes each)')
        if ask and arguments.max and grown > arguments.max * 1e6:
            failures.append(f'{grown / 1e6:.1f} MB, more than {arguments.max:.1f}')
    return failures


def measured(count, ask):
    with programs.directory() as directory, programs.playground(directory / 's') as process:
        connections = []
        try:
            stats(directory)
            before = resident(process)
            for _ in range(count):
                connection = programs.connect(directory / 's')
                connections.append(connection)
                if ask:
                    connection.sendall(records.request())
            if ask:
                for connection in connections:
                    records.response(connection)
            if (open_now := stats(directory)['connections']) != count + 1:
                raise SystemExit(f'{open_now} connections instead of {count + 1}')
            time.sleep(SETTLING_SECONDS)
            grown = resident(process) - before
            live = stats(directory, 'gc=1')['heap']
        finally:
            for connection in connections:
                connection.close()
        while stats(directory)['connections'] > 1:
            time.sleep(0.01)
        return grown, live - stats(directory, 'gc=1')['heap']


def stats(directory, query=''):
    """The playground's own counters; connections are accepted in order, so all others are accepted by then."""
    with programs.connect(directory / 's') as connection:
        connection.sendall(records.request('/stats', query, keep=False))
        return {name: int(value) for name, value in re.findall(r'(\w+)=(\d+)', records.response(connection).decode())}


def resident(process):
    return 1024 * int(re.search(r'VmRSS:\s*(\d+)', Path(f'/proc/{process.pid}/status').read_text())[1])
