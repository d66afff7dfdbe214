# Opens a listening socket and starts two programs that share it as fd 0, as a process manager does.
# siblings.pl unix:PATH|HOST:PORT PROGRAM [ARGUMENT] -- PROGRAM [ARGUMENT]
# Prints "pid N" for each; ends when both have ended, printing "ended N STATUS".
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX qw(dup2);

my $address = shift;
my $socket = $address =~ /^unix:(.*)/
    ? IO::Socket::UNIX->new(Local => $1, Listen => 1024)
    : IO::Socket::INET->new(LocalAddr => $address, Listen => 1024, ReuseAddr => 1);
$socket or die "cannot listen on $address: $!";
my @programs = ([]);
for my $word (@ARGV) {
    if ($word eq '--') { push @programs, [] } else { push @{ $programs[-1] }, $word }
}
$| = 1;
for my $program (@programs) {
    my $pid = fork() // die "fork: $!";
    if ($pid == 0) {
        dup2(fileno($socket), 0) // die "dup2: $!";
        exec @$program or die "exec @$program: $!";
    }
    print "pid $pid\n";
}
close $socket;
close STDIN;
while ((my $pid = wait()) > 0) {
    print "ended $pid ", $? >> 8 || $? & 127, "\n";
}
