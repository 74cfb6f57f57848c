// A file that exists only in memory.
#pragma once
#include <stddef.h>

/// A new file with this content; -1 and `errno` if there is none to be had. The caller closes the descriptor.
int rt_memory_file(const char *_Nonnull name, const void *_Nonnull content, size_t size);
