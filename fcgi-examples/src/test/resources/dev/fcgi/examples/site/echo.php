<?php
header('Content-Type: application/json');
echo json_encode([$_SERVER['REQUEST_METHOD'], file_get_contents('php://input'), $_SERVER['SCRIPT_NAME'],
    $_SERVER['SERVER_NAME'], isset($_SERVER['HTTP_PROXY'])]);
