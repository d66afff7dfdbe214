<?php
session_start();
$_SESSION['count']++;
?>
<!DOCTYPE html>
<meta charset="utf-8">
<title>Hello</title>
<p id="name"><?= htmlspecialchars($_SESSION['name']) ?></p>
<p id="count"><?= $_SESSION['count'] ?></p>
<p id="info"><?= htmlspecialchars($_SERVER['PATH_INFO'] . ' ' . $_GET['from']) ?></p>
