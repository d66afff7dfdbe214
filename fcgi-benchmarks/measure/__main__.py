"""Measures the playground from outside, as users see it: python3 fcgi-benchmarks/measure COMMAND [options]

  behind-nginx   requests/s behind nginx, compared with a libfcgi program and a JDK HttpServer
  syscalls       system calls per small request on a kept-alive connection
  cold-start     time from exec to the first response
  idle-memory    resident memory of idle connections
  observers      what listeners, status pages, access logs and the flight recorder cost

Each prints what it measured; with --max or --min it fails when that is out of bounds. The playground is taken from the
run-time image, so first: ./mvnw -q package -DskipTests
Python 3.9 and, where a command says so, Debian packages: nginx-light wrk libfcgi-dev gcc libc6-dev strace
"""
import argparse
import sys

sys.dont_write_bytecode = True  # before our own modules are loaded: leaves nothing behind

import behind_nginx  # noqa: E402
import cold_start  # noqa: E402
import idle_memory  # noqa: E402
import observers  # noqa: E402
import syscalls  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog='measure', description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(metavar='COMMAND', required=True)
    for module in (behind_nginx, syscalls, cold_start, idle_memory, observers):
        name = module.__name__.replace('_', '-')
        command = commands.add_parser(name, description=module.__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
        module.options(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args()
    failures = arguments.run(arguments)
    for failure in failures:
        print('FAILED: ' + failure)
    sys.exit(1 if failures else 0)


main()
