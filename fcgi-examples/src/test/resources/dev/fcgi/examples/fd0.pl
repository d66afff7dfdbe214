# Becomes a program whose fd 0 is a socket of some kind.
# fd0.pl bound|shut|datagram|listening unix:PATH PROGRAM [ARGUMENT]
# At SIGUSR1 a process that holds the socket, too, shuts it down.
use strict;
use warnings;
use POSIX qw(dup2);
use Socket;

my ($kind, $path) = (shift, substr(shift, length 'unix:'));
socket(my $socket, AF_UNIX, $kind eq 'datagram' ? SOCK_DGRAM : SOCK_STREAM, 0) or die "socket: $!";
bind $socket, pack_sockaddr_un($path) or die "bind $path: $!";
if ($kind eq 'listening' || $kind eq 'shut') { listen $socket, 1024 or die "listen: $!" }
if ($kind eq 'shut') { shutdown $socket, 2 or die "shutdown: $!" }
$| = 1;
my $pid = fork() // die "fork: $!";
if ($pid == 0) {
    dup2(fileno($socket), 0) // die "dup2: $!";
    exec @ARGV or die "exec @ARGV: $!";
}
print "pid $pid\n";
$SIG{USR1} = sub { shutdown $socket, 2 or die "shutdown: $!" };
1 while waitpid($pid, 0) != $pid;
exit($? >> 8 || $? & 127);
