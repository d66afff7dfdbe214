<?php
header('Content-Type: text/event-stream');
for ($i = 0; $i < 3; $i++) {
    echo "data: $i\n\n";
    flush();
    usleep(200000);
}
echo "data: end\n\n";
