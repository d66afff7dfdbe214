"""As much of FastCGI as a client of the playground needs: one request, one response, on a blocking socket."""
import struct

BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6

# The parameters of a small request, from nginx's fastcgi_params and a browser.
ENVIRONMENT = {
    'QUERY_STRING': '', 'REQUEST_METHOD': 'GET', 'CONTENT_TYPE': '', 'CONTENT_LENGTH': '', 'SCRIPT_NAME': '/hello',
    'REQUEST_URI': '/hello', 'DOCUMENT_URI': '/hello', 'DOCUMENT_ROOT': '/var/www/html', 'SERVER_PROTOCOL': 'HTTP/1.1',
    'REQUEST_SCHEME': 'http', 'GATEWAY_INTERFACE': 'CGI/1.1', 'SERVER_SOFTWARE': 'nginx/1.26.3',
    'REMOTE_ADDR': '127.0.0.1', 'REMOTE_PORT': '53412', 'SERVER_ADDR': '127.0.0.1', 'SERVER_PORT': '8080',
    'SERVER_NAME': 'localhost', 'REDIRECT_STATUS': '200', 'HTTP_HOST': 'localhost:8080',
    'HTTP_USER_AGENT': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120 Safari/537.36',
    'HTTP_ACCEPT': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'HTTP_ACCEPT_ENCODING': 'gzip, deflate', 'HTTP_ACCEPT_LANGUAGE': 'en-US,en;q=0.5', 'HTTP_CONNECTION': 'keep-alive',
    'HTTP_COOKIE': 'session=0123456789abcdef0123456789abcdef',
}


def _record(kind, content):
    padding = -len(content) % 8
    return struct.pack('>BBHHBx', 1, kind, 1, len(content), padding) + content + bytes(padding)


def _length(n):
    return bytes([n]) if n < 128 else struct.pack('>I', n | 0x80000000)


def request(path='/hello', query='', keep=True):
    """The bytes of a whole Responder request without a body."""
    environment = {**ENVIRONMENT, 'SCRIPT_NAME': path, 'REQUEST_URI': path, 'QUERY_STRING': query}
    pairs = b''.join(_length(len(name)) + _length(len(value)) + name.encode() + value.encode()
                     for name, value in environment.items())
    return (_record(BEGIN_REQUEST, struct.pack('>HB5x', 1, keep)) + _record(PARAMS, pairs) + _record(PARAMS, b'')
            + _record(STDIN, b''))


def response(connection):
    """Reads one response; returns its body, and checks that it ended regularly."""
    stdout, buffer = b'', b''
    while True:
        while len(buffer) < 8 or len(buffer) < 8 + _content(buffer) + buffer[6]:
            received = connection.recv(65536)
            if not received:
                raise SystemExit('connection closed inside a response')
            buffer += received
        content = buffer[8:8 + _content(buffer)]
        kind = buffer[1]
        buffer = buffer[8 + len(content) + buffer[6]:]
        if kind == STDOUT:
            stdout += content
        elif kind == END_REQUEST:
            if content[:5] != bytes(5):
                raise SystemExit(f'request failed: {content!r}')
            return stdout.partition(b'\r\n\r\n')[2]


def _content(buffer):
    return buffer[4] << 8 | buffer[5]
