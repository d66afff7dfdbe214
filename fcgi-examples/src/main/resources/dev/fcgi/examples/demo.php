<p>These lines come from PHP <?= PHP_VERSION ?>, process <?= getmypid() ?>.</p>
<form method="post">
<label>Text for PHP <input name="text" value="<?= htmlspecialchars($_POST['text'] ?? 'hello') ?>"></label>
<button>Send</button>
</form>
<?php if (isset($_POST['text'])): ?>
<h2>PHP's answer</h2>
<table class="pairs">
<tr><th scope="row">in capitals</th><td><?= htmlspecialchars(strtoupper($_POST['text'])) ?></td></tr>
<tr><th scope="row">bytes</th><td><?= strlen($_POST['text']) ?></td></tr>
<tr><th scope="row">SHA-256</th><td><?= hash('sha256', $_POST['text']) ?></td></tr>
</table>
<?php endif ?>
