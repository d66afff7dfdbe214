package dev.fcgi.examples;

/** Placeholder. */
public final class Hello {
    private Hello() {
    }

    /**
     * Says hello.
     *
     * @param args not used
     */
    public static void main(String[] args) {
        System.out.println("hello");
    }
}
