# A browser that asks by FCGI::Client for a page, with what is on standard input as the body: check-client.pl SOCKET
# NAME=VALUE... Prints STDOUT; what goes wrong is the exit status.
use strict;
use warnings;
use FCGI::Client;
use IO::Socket::UNIX;

my ($path, @pairs) = @ARGV;
my $socket = IO::Socket::UNIX->new(Peer => $path) or die "cannot connect: $!";
my %environment = map { split /=/, $_, 2 } @pairs;
binmode STDIN;
binmode STDOUT;
my $body = do { local $/; <STDIN> } // '';
$environment{CONTENT_LENGTH} = length $body if length $body;
my $client = FCGI::Client::Connection->new(sock => $socket, timeout => 20);
my ($stdout, $stderr, $status) = $client->request(\%environment, $body);
print $stdout // '';
print STDERR $stderr // '';
