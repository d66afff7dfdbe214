<?php
$file = $_FILES['file'];
error_log("uploaded\x1b[0m " . $file['name']);
?>
<!DOCTYPE html>
<meta charset="utf-8">
<title>Uploaded</title>
<p id="file"><?= htmlspecialchars($file['name']) ?> <?= $file['size'] ?> <?= hash_file('sha256', $file['tmp_name']) ?></p>
