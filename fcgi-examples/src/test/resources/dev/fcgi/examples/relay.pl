# An application for web servers that start it: passes each connection to its fd 0 on to a Unix socket, bytes as they
# are, each end as an end: relay.pl SOCKET
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use Socket;

my ($path) = @ARGV;
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = 'IGNORE';
open my $listener, '+<&=', 0 or die "fd 0: $!";
while (1) {
    accept(my $web, $listener) or next;
    my $pid = fork;
    if ($pid) {
        close $web;
        next;
    }
    my $application = IO::Socket::UNIX->new(Peer => $path) or exit 1;
    my %other = (fileno $web => $application, fileno $application => $web);
    my $open = IO::Select->new($web, $application);
    while ($open->count) {
        for my $from ($open->can_read) {
            my $to = $other{fileno $from};
            my $count = sysread $from, my $bytes, 65536;
            if (!$count) { # what has ended for one has for the other; a web server is never half closed
                $open->remove($from);
                shutdown $to, 1;
                exit 0 if $from == $application;
                next;
            }
            for (my $sent = 0; $sent < $count;) {
                my $now = syswrite $to, $bytes, $count - $sent, $sent;
                exit 0 unless $now;
                $sent += $now;
            }
        }
    }
    exit 0;
}
