# What fcgi check needs of an application, on the Perl module FCGI: check-fcgi.pl SOCKET
use strict;
use warnings;
use FCGI;

my %env;
my $socket = FCGI::OpenSocket($ARGV[0], 100);
my $request = FCGI::Request(\*STDIN, \*STDOUT, \*STDERR, \%env, $socket);
while ($request->Accept() >= 0) {
    if ($env{FCGI_ROLE} eq 'FILTER') { # which does not write before it has read all of STDIN
        1 while read(STDIN, my $piece, 4096) > 0;
    }
    my $path = ($env{SCRIPT_NAME} // '') . ($env{PATH_INFO} // '');
    if ($path eq '/page') {
        print "Content-Type: text/plain\r\n\r\nhello\n";
    } elsif ($path eq '/echo') {
        print "Content-Type: application/octet-stream\r\n\r\n";
        while ((my $n = read(STDIN, my $piece, 4096)) > 0) { print $piece }
    } else {
        print "Status: 404\r\nContent-Type: text/plain\r\n\r\nnot found\n";
    }
}
