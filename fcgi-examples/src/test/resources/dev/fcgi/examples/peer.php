<?php
switch ($_GET['do'] ?? '') {
    case 'sum':
        $hash = hash_init('sha256');
        $in = fopen('php://input', 'rb');
        for ($total = 0; ($piece = fread($in, 65536)) !== '' && $piece !== false; $total += strlen($piece)) {
            hash_update($hash, $piece);
        }
        echo $total, ' ', hash_final($hash), "\n";
        break;
    case 'big':
        header('Content-Length: ' . $_GET['n']);
        for ($left = (int) $_GET['n']; $left > 0; $left -= 65536) {
            echo str_repeat('0123456789abcdef', intdiv(min($left, 65536), 16));
        }
        break;
    case 'error':
        error_log('first');
        error_log('second');
        echo 'ok';
        break;
    case 'exit':
        http_response_code(404);
        header('Set-Cookie: a=1', false);
        header('Set-Cookie: b=2', false);
        echo 'gone';
        exit(3);
    case 'hold':
        echo getmypid(), "\n", str_repeat(' ', 10000);
        flush();
        sleep(30);
        break;
    case 'work':
        usleep(200000);
        echo 'done';
        break;
    default:
        echo $_SERVER['REQUEST_METHOD'], ' ', $_SERVER['QUERY_STRING'], ' ', strlen(file_get_contents('php://input'));
}
