#!/bin/sh
# Starts @MAIN@ on the Java of this image.
# exec: signals and the process id are Java's. File descriptor 0 may be a listening socket: nothing
# here reads it. No external command, except readlink when started through a symbolic link.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
while [ -h "$self" ]; do
  link=$(readlink "$self" </dev/null) || { echo "$0: symbolic link, and no readlink here" >&2; exit 127; }
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done

# A socket that systemd has left as file descriptor 3 is wanted as 0 (FastCGI 2.2).
if [ "${LISTEN_PID-}" = "$$" ] && [ "${LISTEN_FDS-}" = 1 ]; then
  exec 0<&3 3<&-
  unset LISTEN_PID LISTEN_FDS LISTEN_FDNAMES
fi

# Serial: the smallest heap and the quickest start; any -XX:+Use...GC in FCGI_JAVA_OPTS replaces it.
gc=-XX:+UseSerialGC
case ${FCGI_JAVA_OPTS-} in *-XX:+Use*GC*) gc= ;; esac
# A young generation that fits the processor's cache, and small objects: see docs/performance.md. What FCGI_JAVA_OPTS
# says, counts.
memory='-Xmn8m @HEADERS@ @TRIM@'

# Arguments, variables and names of files are text to Java; in no locale, or C, whatever is not ASCII would be lost.
case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
  '' | C | POSIX) export LC_ALL=C.UTF-8 ;;
esac

# What the JVM itself prints goes to stderr: stdout belongs to the program (in plain CGI it is the answer).
set -f
exec "${self%/*}/java" $gc $memory -XX:-UsePerfData -XX:+DisplayVMOutputToStderr \
  -Xlog:disable -Xlog:all=warning:stderr ${FCGI_JAVA_OPTS-} -m @MAIN@ "$@"
