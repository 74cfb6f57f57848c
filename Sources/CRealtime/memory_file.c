#define _GNU_SOURCE
#include "memory_file.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int rt_memory_file(const char *name, const void *content, size_t size) {
  int file = memfd_create(name, MFD_CLOEXEC);
  if (file < 0) return -1;
  for (size_t done = 0; done < size;) {
    ssize_t count = write(file, (const char *)content + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      close(file);
      return -1;
    }
    done += (size_t)count;
  }
  return file;
}
