# Holds a listening socket and runs a program with it as fd 0; when the program ends, it is started again, as systemd
# does with a socket unit. The socket stays open all the time.
# successors.pl unix:PATH PROGRAM [ARGUMENT]
# Prints "pid N" for each process and "ended N STATUS" when it has ended. SIGTERM ends the last one, and this.
use strict;
use warnings;
use IO::Socket::UNIX;
use POSIX qw(dup2);

my ($address, @program) = @ARGV;
$address =~ s/^unix://;
my $socket = IO::Socket::UNIX->new(Local => $address, Listen => 1024) or die "cannot listen on $address: $!";
my ($over, $pid);
$SIG{TERM} = sub { $over = 1; kill TERM => $pid };
$| = 1;
until ($over) {
    $pid = fork() // die "fork: $!";
    if ($pid == 0) {
        $SIG{TERM} = 'DEFAULT';
        dup2(fileno($socket), 0) // die "dup2: $!";
        exec @program or die "exec @program: $!";
    }
    print "pid $pid\n";
    1 while waitpid($pid, 0) < 0; # interrupted by the signal
    print "ended $pid ", $? >> 8 || $? & 127, "\n";
}
