# What fcgi check needs of an application, on Net::Async::FastCGI: check-async.pl SOCKET
use strict;
use warnings;
use IO::Async::Loop;
use Net::Async::FastCGI;

my $loop = IO::Async::Loop->new;
my $fastcgi = Net::Async::FastCGI->new(default_encoding => undef, on_request => sub {
    my ($self, $request) = @_;
    $request->set_encoding(undef); # bytes
    my $env = $request->params;
    my $path = ($env->{SCRIPT_NAME} // '') . ($env->{PATH_INFO} // '');
    if ($path eq '/page') {
        $request->print_stdout("Content-Type: text/plain\r\n\r\nhello\n");
    } elsif ($path eq '/echo') {
        my $body = '';
        while (defined(my $piece = $request->read_stdin(4096))) { last if !length $piece; $body .= $piece }
        $request->print_stdout("Content-Type: application/octet-stream\r\n\r\n$body");
    } else {
        $request->print_stdout("Status: 404\r\nContent-Type: text/plain\r\n\r\nnot found\n");
    }
    $request->finish(0);
});
$loop->add($fastcgi);
$fastcgi->listen(addr => { family => 'unix', socktype => 'stream', path => $ARGV[0] })->get;
$loop->run;
