package dev.fcgi;

/** Starts a server and returns from main. */
final class StartOnlyProgram {
    private StartOnlyProgram() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println(FcgiServer.builder().listen(0).responder(request -> { }).build().start().addresses().size());
    }
}
