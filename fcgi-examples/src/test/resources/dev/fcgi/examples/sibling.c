/* The other program on the shared socket, on libfcgi. */
#include <fcgi_stdio.h>

int main(void) {
    while (FCGI_Accept() >= 0) {
        printf("Content-Type: text/plain\r\n\r\nlibfcgi\n");
    }
    return 0;
}
