#include "memory_arenas.h"

#include <malloc.h>

void rt_limit_memory_arenas(int count) {
#ifdef M_ARENA_MAX // glibc's own
  mallopt(M_ARENA_MAX, count);
#else
  (void)count;
#endif
}
