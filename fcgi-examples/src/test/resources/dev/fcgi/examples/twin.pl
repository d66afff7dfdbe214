# What a program sees of a request through CGI::Fast, printed line by line; Twin.java is its port. The last element of
# SCRIPT_NAME tells what to do. Strings are shown as ASCII, see show.
use strict;
use warnings;
use CGI::Fast qw(-utf8);
use Digest::MD5 qw(md5_hex);
use Encode qw(decode);

$CGI::POST_MAX = 100_000;

my %answers = (
    form => \&form, meta => \&meta, accept => \&accepted, cookies => \&cookies, setcookie => \&set_cookies,
    redirect => \&redirect, attachment => \&attachment, expires => \&expires, type => \&type, headers => \&headers,
    both => \&both, defaults => \&defaults,
);

while (1) {
    my $q = eval { CGI::Fast->new };
    if ($@) {
        print "Status: 500 CGI::Fast died\r\nContent-Type: text/plain\r\n\r\n";
        next;
    }
    last unless $q;
    if (my $error = $q->cgi_error) {
        print $q->header(-status => $error, -type => 'text/plain', -charset => 'utf-8');
        next;
    }
    my ($what) = $q->script_name =~ m{([a-z]+)$};
    $answers{$what}->($q);
}

# Characters, or the bytes of UTF-8, as printable ASCII.
sub show {
    my ($text) = @_;
    return '(none)' unless defined $text;
    $text = decode('UTF-8', "$text") unless utf8::is_utf8($text);
    $text =~ s/([^ -~]|[\\|])/sprintf '\\%x;', ord $1/ge;
    return $text;
}

sub plain { return (-type => 'text/plain', -charset => 'utf-8') }

sub line {
    my ($name, @values) = @_;
    print "$name: ", join('|', map { show($_) } @values), "\n";
}

sub form {
    my ($q) = @_;
    print $q->header(plain());
    my ($data) = grep { defined $q->param($_) } 'POSTDATA', 'PUTDATA', 'PATCHDATA', 'XForms:Model';
    if ($data) {
        my $bytes = $q->param($data);
        line('data', length($bytes), md5_hex($bytes));
    } else {
        my @names = grep { $_ ne 'keywords' } $q->param;
        line('names', @names);
        line('param ' . show($_), $q->multi_param($_)) for @names;
        for my $name (@names) {
            for my $file ($q->upload($name)) {
                my $handle = $file->handle;
                binmode $handle;
                my $content = do { local $/; <$handle> } // '';
                my $info = $q->uploadInfo($file);
                line('upload ' . show($name) . ' ' . show("$file"), $info->{'Content-Type'}, length($content),
                    md5_hex($content));
            }
        }
    }
    line('keywords', $q->keywords) if $q->keywords;
    line('url_param ' . show($_), $q->url_param($_)) for grep { $_ ne 'keywords' } sort($q->url_param);
}

sub both {
    my ($q) = @_;
    print $q->header(plain());
    line('names', $q->param);
    line('first a', scalar $q->param('a'));
    line('all b', $q->multi_param('b'));
}

sub meta {
    my ($q) = @_;
    print $q->header(plain());
    line('method', $q->request_method);
    line('path_info', $q->path_info);
    line('script_name', $q->script_name);
    line('query_string', $ENV{QUERY_STRING});
    line('request_uri', $q->request_uri);
    line('content_type', $q->content_type || undef);
    line('remote_user', $q->remote_user || undef);
    line('remote_addr', $q->remote_addr);
    line('remote_host', $q->remote_host);
    line('auth_type', $q->auth_type || undef);
    line('protocol', $q->protocol);
    line('server_protocol', $q->server_protocol);
    line('server_name', $q->server_name);
    line('server_port', $q->server_port);
    line('virtual_host', $q->virtual_host);
    line('virtual_port', $q->virtual_port);
    line('user_agent', $q->user_agent);
    line('referer', $q->referer);
    line('accept_language', $q->http('Accept-Language'));
    line('x_twice', $q->http('x-twice'));
    line('url', $q->url);
    line('url_base', $q->url(-base => 1));
    line('url_full', $q->url(-full => 1));
    line('url_absolute', $q->url(-absolute => 1));
    line('url_absolute_path', $q->url(-absolute => 1, -path_info => 1));
    line('url_relative', $q->url(-relative => 1));
    line('url_relative_path_query', $q->url(-relative => 1, -path_info => 1, -query => 1));
    line('url_no_rewrite', $q->url(-rewrite => 0));
    line('self_url', $q->self_url);
}

sub accepted {
    my ($q) = @_;
    print $q->header(plain());
    line('types', sort($q->Accept));
    line("accepts $_", sprintf '%.2f', $q->Accept($_) || 0) for qw(text/html text/plain image/png);
}

sub cookies {
    my ($q) = @_;
    print $q->header(plain());
    my @names = sort($q->cookie);
    line('names', @names);
    line('cookie ' . show($_), scalar $q->cookie($_)) for @names;
    line('raw', $q->raw_cookie || undef);
}

sub set_cookies {
    my ($q) = @_;
    my %attributes = (
        all => [-path => '/a', -domain => 'twin.test', -expires => '+1d', '-max-age' => '+1h', -secure => 1,
            -httponly => 1, -samesite => 'Lax'],
        root => [-path => '/'],
        strict => [-path => '/', -samesite => 'Strict'],
        gone => [-path => '/', -expires => '-1y'],
        bare => [],
    );
    my $name = $q->param('name');
    my $value = $q->param('value');
    my @cookies = map { $q->cookie(-name => $name . $_, -value => $value, @{$attributes{$_}}) } $q->multi_param('with');
    print $q->header(plain(), -cookie => \@cookies);
    line('set', scalar @cookies);
}

sub redirect {
    my ($q) = @_;
    my @status = $q->url_param('status') ? (-status => scalar $q->url_param('status')) : ();
    print $q->redirect(-uri => scalar $q->url_param('to'), @status);
}

sub attachment {
    my ($q) = @_;
    my $name = $q->param('name');
    utf8::encode($name);
    print $q->header(-type => 'application/octet-stream', -charset => '', -attachment => $name), 'content';
}

sub expires {
    my ($q) = @_;
    print $q->header(plain(), -expires => scalar $q->param('when'));
    line('done', 1);
}

sub type {
    my ($q) = @_;
    print $q->header(-type => scalar $q->param('type'), -status => scalar $q->param('status'), -charset => 'utf-8');
    print 'content';
}

sub headers {
    my ($q) = @_;
    my $value = $q->param('value');
    utf8::encode($value);
    my $header = eval { $q->header(plain(), -x_custom => $value) };
    print $header // "Status: 500 refused\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
    line('done', 1);
}

sub defaults {
    my ($q) = @_;
    print $q->header, 'content';
}
