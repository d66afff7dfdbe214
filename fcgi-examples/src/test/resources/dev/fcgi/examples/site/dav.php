<?php
// What clients of WebDAV store files with: PUT and GET below this script.
$file = __DIR__ . '/stored/' . basename($_SERVER['PATH_INFO']);
if ($_SERVER['REQUEST_METHOD'] === 'GET') {
    readfile($file);
} elseif ($_SERVER['REQUEST_METHOD'] === 'PUT') {
    $there = is_file($file);
    $length = file_put_contents($file, fopen('php://input', 'r'));
    http_response_code($length == $_SERVER['CONTENT_LENGTH'] ? ($there ? 204 : 201) : 500);
} else {
    http_response_code(405);
}
