package dev.fcgi.internal.cgi;

/** Writes parameters of header values. */
public final class HeaderText {
    private HeaderText() {}

    /**
     * Writes a parameter with any text. Text that all browsers read alike is sent as a quoted-string; any other also in
     * the extended notation (RFC 8187 3.2), with a quoted-string as an approximation for browsers that do not support
     * it. That includes text with a percent sign, which some browsers decode (RFC 6266 D), or a backslash, which others
     * take literally.
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
