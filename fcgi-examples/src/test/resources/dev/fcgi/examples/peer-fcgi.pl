# An accept loop of the Perl module FCGI: peer-fcgi.pl SOCKET
use strict;
use warnings;
use FCGI;

my %env;
my $socket = FCGI::OpenSocket($ARGV[0], 100);
my $request = FCGI::Request(\*STDIN, \*STDOUT, \*STDERR, \%env, $socket);
while ($request->Accept() >= 0) {
    my $total = 0;
    while ((my $n = read(STDIN, my $piece, 4096)) > 0) { $total += $n }
    print "Content-Type: text/plain\r\n\r\n$env{REQUEST_METHOD} $env{QUERY_STRING} $total";
    print STDERR "first\nsecond\n" if $env{SCRIPT_NAME} eq '/error';
    $request->SetExitStatus($env{EXIT} // 0) if $request->can('SetExitStatus');
}
