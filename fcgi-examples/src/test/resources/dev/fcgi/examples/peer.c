/* An application on libfcgi that listens by itself: peer SOCKET */
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>

static char *get(FCGX_Request *r, const char *name) {
    char *value = FCGX_GetParam(name, r->envp);
    return value ? value : "";
}

int main(int argc, char **argv) {
    FCGX_Request r;
    FCGX_Init();
    FCGX_InitRequest(&r, FCGX_OpenSocket(argv[argc - 1], 100), 0);
    while (FCGX_Accept_r(&r) >= 0) {
        char piece[4096];
        long total = 0;
        for (int n; (n = FCGX_GetStr(piece, sizeof piece, r.in)) > 0; total += n) {
        }
        FCGX_FPrintF(r.out, "Content-Type: text/plain\r\n\r\n%s %s %ld", get(&r, "REQUEST_METHOD"),
            get(&r, "QUERY_STRING"), total);
        if (!strcmp(get(&r, "SCRIPT_NAME"), "/error")) {
            FCGX_FPrintF(r.err, "first\nsecond\n");
        }
        FCGX_SetExitStatus(atoi(get(&r, "EXIT")), r.out);
        FCGX_Finish_r(&r);
    }
    return 0;
}
