"""Requests/s of a small answer behind nginx (one worker, wrk with 64 connections): the playground, a libfcgi program
with a thread for each connection, and a JDK HttpServer on virtual threads behind proxy_pass. Needs nginx, wrk, gcc and
libfcgi-dev. "kept" is with upstream keep-alive, "fresh" nginx's default, a connection for each request. FastCGI runs
over Unix sockets; HttpServer knows TCP only, and gets TCP_NODELAY, without which it waits for delayed acknowledgements.

The kernel places the processes, as it does for everybody (--pinning none). "together" pins nginx and the server to one
core and wrk to the other: requests/s are what one core serves, web server included. "apart" gives the server a core of
its own and nginx that of wrk, which is then the bottleneck: what shows is how much work a server makes for nginx.

Rounds are interleaved; figures are medians, ratios are medians of the ratios in the same round, with the range. Every
answer is checked. "server us" and "nginx us" are processor time per request.
"""
import contextlib
import os
import re
import shutil
import statistics
import subprocess
from pathlib import Path

import programs

CONNECTIONS = 64
THREADS = 80  # of libfcgi: more than the connections of nginx, because otherwise some would starve
# The minimum ratios of the playground's requests/s to the others', for --check.
LEAST = {('libfcgi', 'kept'): 1.2, ('libfcgi', 'fresh'): 1.1, ('HttpServer', 'kept'): 1.1, ('HttpServer', 'fresh'): 1.5}
PINNING = {'none': (None, None, None), 'together': (1, 1, 0), 'apart': (0, 1, 0)}  # cores of nginx, server, wrk
NGINX = """
daemon off;
worker_processes 1;
user root;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path body;
  fastcgi_temp_path fastcgi;
  proxy_temp_path proxy;
{servers}
}}
"""
SERVER = """
  upstream {name} {{ server {address}; {keepalive} }}
  server {{ listen 127.0.0.1:{port} reuseport; location / {{ {location} }} }}
"""
KEEPALIVE = f'keepalive {CONNECTIONS}; keepalive_requests 1000000000;'
LOCATION = {
    ('fcgi', 'kept'): 'include /etc/nginx/fastcgi_params; fastcgi_keep_conn on; fastcgi_pass {name};',
    ('fcgi', 'fresh'): 'include /etc/nginx/fastcgi_params; fastcgi_pass {name};',
    ('http', 'kept'): 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://{name};',
    ('http', 'fresh'): 'proxy_pass http://{name};',
}


def options(command):
    command.add_argument('--rounds', type=int, default=7)
    command.add_argument('--seconds', type=int, default=3, help='of each measurement')
    command.add_argument('--warm', type=int, default=8, help='warm-up seconds for each server')
    command.add_argument('--pinning', choices=PINNING, default='none')
    command.add_argument('--check', action='store_true', help='fail when a ratio is below what the project promises')


def run(arguments):
    nginx_cpu, server_cpu, wrk_cpu = PINNING[arguments.pinning]
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(programs.directory())
        hello, source = directory / 'hello', Path(__file__).with_name('hello.c')
        subprocess.run(['cc', '-O2', '-o', hello, source, '-lfcgi', '-lpthread'], check=True)
        servers = [Server(stack, directory, hello, kind, upstream, server_cpu)
                   for upstream in ('kept', 'fresh') for kind in ('playground', 'libfcgi', 'HttpServer')]
        configuration = directory / 'nginx.conf'
        configuration.write_text(NGINX.format(servers=''.join(server.configuration for server in servers)))
        nginx = stack.enter_context(programs.started(
            program('nginx'), '-e', directory / 'error.log', '-p', directory, '-c', configuration, cpu=nginx_cpu))
        programs.await_listener(nginx, servers[0].port)
        for server in servers:
            server.measure(arguments.warm, wrk_cpu, nginx)
            server.results.clear()
        for _ in range(arguments.rounds):
            for server in servers:
                server.measure(arguments.seconds, wrk_cpu, nginx)
        return report(servers, arguments.check)


class Server:
    """One server with its place in nginx's configuration, and its results."""

    def __init__(self, stack, directory, hello, kind, upstream, cpu):
        self.kind, self.upstream, self.results = kind, upstream, []
        self.port = programs.free_port()
        name = f'{kind}-{upstream}'
        socket = directory / name
        if kind == 'playground':
            self.process = stack.enter_context(programs.playground(socket, cpu=cpu))
        elif kind == 'libfcgi':
            self.process = stack.enter_context(programs.started(hello, socket, THREADS, cpu=cpu))
            programs.await_listener(self.process, socket)
        else:
            http, classes = programs.free_port(), programs.ROOT / 'fcgi-benchmarks/target/classes'
            self.process = stack.enter_context(programs.started(
                programs.in_image('java'), '-XX:+UseSerialGC', '-Dsun.net.httpserver.nodelay=true',
                '-cp', classes, 'dev.fcgi.benchmarks.HttpHello', http, cpu=cpu))
            programs.await_listener(self.process, http)
        tcp = kind == 'HttpServer'
        self.configuration = SERVER.format(
            name=name, port=self.port, address=f'127.0.0.1:{http}' if tcp else f'unix:{socket}',
            keepalive=KEEPALIVE if upstream == 'kept' else '',
            location=LOCATION['http' if tcp else 'fcgi', upstream].format(name=name))

    def measure(self, seconds, cpu, nginx):
        before = [cpu_time(self.process), cpu_time(nginx)]
        pinned = [] if cpu is None else ['taskset', '-c', str(cpu)]
        output = subprocess.run(
            [*pinned, program('wrk'), '-t', '1', '-c', str(CONNECTIONS), '-d', f'{seconds}s', '-s',
             Path(__file__).with_name('check.lua'), f'http://127.0.0.1:{self.port}/hello'],
            capture_output=True, text=True, check=True).stdout
        result = {name: int(value) for name, value in re.findall(r'(\w+)=(\d+)', output)}
        for name, process, time in zip(('server', 'nginx'), (self.process, nginx), before):
            result[name] = (cpu_time(process) - time) * 1e6 / result['requests']
        result['rate'] = result['requests'] * 1e6 / result['us']
        self.results.append(result)

    def median(self, name):
        return statistics.median(result[name] for result in self.results)


def report(servers, check):
    failures = []
    print('upstream  server      requests/s  p50 us  p99 us  server us  nginx us  wrong  playground to this one')
    for server in servers:
        wrong = sum(result['wrong'] for result in server.results)
        line = (f'{server.upstream:9} {server.kind:11} {server.median("rate"):10.0f} {server.median("p50"):7.0f} '
                f'{server.median("p99"):7.0f} {server.median("server"):10.1f} {server.median("nginx"):9.1f} {wrong:6}')
        key = (server.kind, server.upstream)
        if wrong:
            failures.append(f'{key}: {wrong} wrong answers')
        if key in LEAST:
            ours = next(s for s in servers if s.kind == 'playground' and s.upstream == server.upstream)
            ratios = sorted(a['rate'] / b['rate'] for a, b in zip(ours.results, server.results))
            ratio = statistics.median(ratios)
            line += f'  {ratio:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})'
            if check and ratio < LEAST[key]:
                failures.append(f'{key}: {ratio:.2f}, less than {LEAST[key]}')
        print(line)
    return failures


def cpu_time(process):
    """Seconds of a process, all its threads, and its living children (nginx's worker)."""
    children = Path(f'/proc/{process.pid}/task/{process.pid}/children')
    pids = [process.pid, *map(int, children.read_text().split())]
    total = 0
    for pid in pids:
        total += sum(map(int, Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[11:13]))
    return total / os.sysconf('SC_CLK_TCK')


def program(name):
    found = shutil.which(name, path=os.environ['PATH'] + ':/usr/sbin')
    if not found:
        raise SystemExit(f'{name} is not installed')
    return found
