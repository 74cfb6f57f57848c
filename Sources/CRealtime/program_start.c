#include "program_start.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

static int argument_count;
static char **arguments;

// Swift's runtime reads them from /proc, which a bare chroot does not have. The C library of the GNU system gives them to
// what runs before main.
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
}

int rt_argument_count(void) { return argument_count; }

const char *rt_argument(int index) { return index >= 0 && index < argument_count ? arguments[index] : NULL; }

static void *wait_for_release(void *gate) {
  pthread_mutex_lock(gate);
  pthread_mutex_unlock(gate);
  return NULL;
}

int rt_try_threads(int count) {
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  pthread_t *threads = calloc((size_t)count, sizeof *threads);
  if (!threads) return ENOMEM;
  pthread_mutex_lock(&gate);
  int error = 0, started = 0;
  while (started < count && error == 0) {
    error = pthread_create(&threads[started], NULL, wait_for_release, &gate);
    if (error == 0) started++;
  }
  pthread_mutex_unlock(&gate);
  for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
  pthread_mutex_destroy(&gate);
  free(threads);
  return error;
}
