package dev.fcgi;

import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.cgi.Upload;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server for a container: it stops at SIGTERM. */
final class ContainerProgram {
    private ContainerProgram() {}

    public static void main(String[] args) throws Exception {
        Responder responder = ((CgiHandler) q -> {
            Upload upload = q.upload("file");
            q.out().print(upload == null ? q.path() : "" + upload.size());
        }).toResponder();
        FcgiServer server = FcgiServer.builder().listen("unix:" + args[0]).responder(responder).build().start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        boolean writable = Files.isWritable(Path.of(System.getProperty("java.io.tmpdir")));
        System.out.println("pid " + ProcessHandle.current().pid() + ", user " + System.getProperty("user.name")
                + ", temporary files " + writable + ", charset " + System.getProperty("sun.jnu.encoding"));
        server.serve();
    }
}
