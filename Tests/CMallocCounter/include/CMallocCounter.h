// Counts what a thread allocates, frees and locks, for tests of code that must do none of it.
//
// The functions of the C library are replaced for the whole test program (glibc only). Counting is per thread and off
// until it is asked for. With a sanitizer, which replaces the same functions, nothing is counted.
#pragma once
#include <stdbool.h>

/// What one thread did between `malloc_counter_begin` and `malloc_counter_end`.
struct malloc_counts {
  long allocations;
  long frees;
  long locks;
};

/// Whether this build can count.
bool malloc_counter_works(void);
/// Sets the calling thread's counts to 0 and begins to count.
void malloc_counter_begin(void);
/// Stops counting on the calling thread.
struct malloc_counts malloc_counter_end(void);
