package dev.fcgi.internal.cgi;

/** Writes parameters of header values. */
public final class HeaderText {
    private HeaderText() {}

    /**
     * Makes a parameter of any text. What a quoted-string says to all browsers alike is sent as one; for all else, the
     * extended notation (RFC 8187 3.2) says it, and the quoted-string is an approximation for those that do not know it.
     * A percent sign belongs there too: some browsers decode it (RFC 6266 D), others take backslashes as they are.
     *
     * @param name a token
     */
    public static String parameter(String name, String text) {
        StringBuilder plain = new StringBuilder(text.length());
        boolean exact = true;
        for (int c : text.codePoints().toArray()) {
            boolean kept = c >= ' ' && c <= '~' && c != '"' && c != '\\';
            plain.append(kept ? (char) c : '_');
            exact &= kept && c != '%';
        }
        String quoted = name + "=\"" + plain + '"';
        return exact ? quoted : quoted + "; " + name + "*=UTF-8''" + Percent.encode(text, "");
    }
}
