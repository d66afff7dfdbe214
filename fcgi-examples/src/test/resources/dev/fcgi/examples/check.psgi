# What fcgi check needs of an application, for uWSGI.
use strict;
use warnings;

sub {
    my ($env) = @_;
    my $path = ($env->{SCRIPT_NAME} // '') . ($env->{PATH_INFO} // '');
    return [200, ['Content-Type' => 'text/plain'], ["hello\n"]] if $path eq '/page';
    return [404, ['Content-Type' => 'text/plain'], ["not found\n"]] if $path ne '/echo';
    my $body = '';
    while ((my $n = $env->{'psgi.input'}->read(my $piece, 4096)) > 0) { $body .= $piece }
    return [200, ['Content-Type' => 'application/octet-stream'], [$body]];
}
