#define _GNU_SOURCE
#include "CMallocCounter.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)

// Initial-exec: the first access of another model would itself allocate.
static __thread __attribute__((tls_model("initial-exec"))) bool counting;
static __thread __attribute__((tls_model("initial-exec"))) struct malloc_counts counts;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static void count_allocation(void) {
  if (counting) counts.allocations++;
}

void *malloc(size_t size) {
  count_allocation();
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  count_allocation();
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  count_allocation();
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  count_allocation();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count_allocation();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  count_allocation();
  *memory = __libc_memalign(alignment, size);
  return *memory != NULL ? 0 : ENOMEM;
}

void free(void *memory) {
  if (counting && memory != NULL) counts.frees++;
  __libc_free(memory);
}

// The real functions are looked up at the first call, which may come before any constructor of ours.
typedef int (*mutex_function)(pthread_mutex_t *);

int pthread_mutex_lock(pthread_mutex_t *mutex) {
  static mutex_function real;
  if (real == NULL) real = (mutex_function)dlsym(RTLD_NEXT, "pthread_mutex_lock");
  if (counting) counts.locks++;
  return real(mutex);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex) {
  static mutex_function real;
  if (real == NULL) real = (mutex_function)dlsym(RTLD_NEXT, "pthread_mutex_trylock");
  if (counting) counts.locks++;
  return real(mutex);
}

bool malloc_counter_works(void) { return true; }

void malloc_counter_begin(void) {
  counts = (struct malloc_counts){0, 0, 0};
  counting = true;
}

struct malloc_counts malloc_counter_end(void) {
  counting = false;
  return counts;
}

#else

bool malloc_counter_works(void) { return false; }
void malloc_counter_begin(void) {}
struct malloc_counts malloc_counter_end(void) { return (struct malloc_counts){0, 0, 0}; }

#endif
