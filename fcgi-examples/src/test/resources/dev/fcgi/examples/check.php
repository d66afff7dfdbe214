<?php
// What fcgi check needs of an application.
if ($_SERVER['SCRIPT_NAME'] === '/page') {
    header('Content-Type: text/plain');
    echo "hello\n";
} elseif ($_SERVER['SCRIPT_NAME'] === '/echo') {
    header('Content-Type: application/octet-stream');
    $in = fopen('php://input', 'rb');
    while (($piece = fread($in, 65536)) !== '' && $piece !== false) {
        echo $piece;
    }
} else {
    http_response_code(404);
}
