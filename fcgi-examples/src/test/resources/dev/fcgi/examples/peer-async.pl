# An application on Net::Async::FastCGI: peer-async.pl SOCKET
use strict;
use warnings;
use IO::Async::Loop;
use Net::Async::FastCGI;

my $loop = IO::Async::Loop->new;
my $fastcgi = Net::Async::FastCGI->new(default_encoding => undef, on_request => sub {
    my ($self, $request) = @_;
    my $total = 0;
    while (defined(my $piece = $request->read_stdin(4096))) { last if !length $piece; $total += length $piece }
    my $env = $request->params;
    $request->print_stdout("Content-Type: text/plain\r\n\r\n$env->{REQUEST_METHOD} $env->{QUERY_STRING} $total");
    $request->print_stderr("first\nsecond\n") if $env->{SCRIPT_NAME} eq '/error';
    $request->finish($env->{EXIT} || 0);
});
$loop->add($fastcgi);
$fastcgi->listen(addr => { family => 'unix', socktype => 'stream', path => $ARGV[0] })->get;
$loop->run;
