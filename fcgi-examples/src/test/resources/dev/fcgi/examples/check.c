/* What fcgi check needs of an application, on libfcgi: check SOCKET */
#include <fastcgi.h>
#include <fcgiapp.h>
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
        char path[1000] = "", piece[4096];
        if (r.role == FCGI_FILTER) { /* which does not write before it has read all of STDIN */
            while (FCGX_GetStr(piece, sizeof piece, r.in) > 0) {
            }
        }
        strncat(path, get(&r, "SCRIPT_NAME"), 400);
        strncat(path, get(&r, "PATH_INFO"), 400);
        if (!strcmp(path, "/page")) {
            FCGX_PutS("Content-Type: text/plain\r\n\r\nhello\n", r.out);
        } else if (!strcmp(path, "/echo")) {
            FCGX_PutS("Content-Type: application/octet-stream\r\n\r\n", r.out);
            for (int n; (n = FCGX_GetStr(piece, sizeof piece, r.in)) > 0;) {
                FCGX_PutStr(piece, n, r.out);
            }
        } else {
            FCGX_PutS("Status: 404\r\nContent-Type: text/plain\r\n\r\nnot found\n", r.out);
        }
        FCGX_Finish_r(&r);
    }
    return 0;
}
