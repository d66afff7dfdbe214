<?php
header('Content-Type: text/plain');
foreach (['SCRIPT_NAME', 'PATH_INFO', 'REQUEST_URI', 'QUERY_STRING'] as $name) {
    echo $name, '=', $_SERVER[$name] ?? '', "\n";
}
