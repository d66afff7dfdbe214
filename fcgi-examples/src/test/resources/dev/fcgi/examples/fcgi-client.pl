# One request by FCGI::Client: fcgi-client.pl unix:PATH|HOST:PORT BODY_LENGTH NAME=VALUE...
# "NAME=*LENGTH" stands for a value of that length. Bodies are made of "b".
# Prints STDOUT, and "stderr LENGTH" and "status NUMBER" on the error stream.
use strict;
use warnings;
use FCGI::Client;
use IO::Socket::INET;
use IO::Socket::UNIX;

my ($address, $length, @pairs) = @ARGV;
my $socket = $address =~ /^unix:(.*)/
    ? IO::Socket::UNIX->new(Peer => $1)
    : IO::Socket::INET->new(PeerAddr => $address);
$socket or die "cannot connect to $address: $!";
my %environment = map { /^([^=]+)=(.*)/s; my ($n, $v) = ($1, $2); $v = 'v' x $1 if $v =~ /^\*(\d+)/; ($n, $v) } @pairs;
my $client = FCGI::Client::Connection->new(sock => $socket, timeout => 20);
my ($stdout, $stderr, $status) = $client->request(\%environment, 'b' x $length);
print $stdout // 'undef';
print STDERR 'stderr ', length($stderr // ''), "\nstatus ", $status // 'undef', "\n";
