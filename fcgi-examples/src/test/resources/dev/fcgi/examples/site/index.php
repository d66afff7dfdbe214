<?php
session_start();
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $_SESSION['name'] = $_POST['name'];
    $_SESSION['count'] = 0;
    header('Location: /hello.php/dear%20guest?from=form', true, 303);
    exit;
}
?>
<!DOCTYPE html>
<meta charset="utf-8">
<title>Gateway</title>
<link rel="stylesheet" href="/style.css">
<h1>Who are you?</h1>
<form method="post" action="/"><input name="name"><button id="send">Send</button></form>
<form method="post" action="/upload.php" enctype="multipart/form-data">
<input type="file" name="file"><button id="upload">Upload</button></form>
<a id="sub" href="/sub">sub</a>
