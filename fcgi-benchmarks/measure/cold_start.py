"""Time from exec of the playground's launcher to the last byte of its first response, in milliseconds.

The processes are cold, the page cache is not. "bound": the playground makes its Unix socket, and a client tries to
connect every half millisecond. "inherited": it gets a listening socket as file descriptor 0, as from systemd or
spawn-fcgi, where the request is already waiting.
"""
import socket
import statistics
import time

import programs
import records


def options(command):
    command.add_argument('--runs', type=int, default=20)
    command.add_argument('--max', type=float, metavar='MS', help='fail when a median is above')


def run(arguments):
    failures = []
    for name, once in (('bound', bound), ('inherited', inherited)):
        once()  # brings the image into the page cache
        times = sorted(once() for _ in range(arguments.runs))
        median = statistics.median(times)
        print(f'{name:10} median {median:4.0f} ms   fastest {times[0]:4.0f}   slowest {times[-1]:4.0f}')
        if arguments.max and median > arguments.max:
            failures.append(f'{name}: {median:.0f} ms, more than {arguments.max:.0f}')
    return failures


def bound():
    with programs.directory() as directory:
        path = directory / 's'
        begin = time.perf_counter()
        with programs.started(programs.in_image('playground'), f'unix:{path}') as process:
            while True:
                try:
                    connection = programs.connect(path)
                    break
                except OSError:
                    if process.poll() is not None:
                        raise SystemExit('the playground ended') from None
                    time.sleep(0.0005)
            return first_response(connection, begin)


def inherited():
    with programs.directory() as directory, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(directory / 's'))
        listener.listen()
        begin = time.perf_counter()
        with programs.started(programs.in_image('playground'), 'fd:0', stdin=listener):
            return first_response(programs.connect(directory / 's'), begin)


def first_response(connection, begin):
    with connection:
        connection.sendall(records.request())
        body = records.response(connection)
        end = time.perf_counter()
    if body != b'hello\n':
        raise SystemExit(f'wrong answer: {body!r}')
    return (end - begin) * 1000
