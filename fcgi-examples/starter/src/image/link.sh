#!/bin/sh
# Makes target/image: the program, the library, and the modules of the JDK that they need. Run by ./mvnw package:
#   link.sh JAVA_HOME MODULE_PATH
set -eu
rm -rf target/image
"$1/bin/jlink" --module-path "$2" --add-modules com.example.app --output target/image \
  --compress zip-6 --no-header-files --no-man-pages
install -m 755 src/image/app target/image/bin/app
