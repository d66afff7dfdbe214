/* The same small answer from the reference library, with threads: cc -O2 -o hello hello.c -lfcgi -lpthread */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdlib.h>

static int listener;

static void *serve(void *unused) {
  FCGX_Request request;
  FCGX_InitRequest(&request, listener, 0);
  while (FCGX_Accept_r(&request) >= 0) {
    FCGX_PutS("Content-Type: text/plain\r\n\r\nhello\n", request.out);
    FCGX_Finish_r(&request);
  }
  return unused;
}

/* Arguments: path of the socket, number of threads. A thread serves one connection at a time. */
int main(int count, char **arguments) {
  if (count != 3) return 2;
  FCGX_Init();
  listener = FCGX_OpenSocket(arguments[1], 1024);
  if (listener < 0) return 1;
  for (int i = atoi(arguments[2]); i > 1; i--) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, NULL)) return 1;
  }
  serve(NULL);
}
