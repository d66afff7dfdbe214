package dev.fcgi.internal.io;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** How the file of a Unix socket is created; null fields stand for the default of the system. */
public record UnixOptions(Set<PosixFilePermission> mode, String group) {}
