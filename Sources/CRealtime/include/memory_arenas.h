// How the allocator shares its memory between threads.
#pragma once

/// Lets all threads together use no more than `count` arenas of the allocator; before the first thread is started.
///
/// glibc gives every thread an arena of its own, up to eight a processor, and what was freed in one is not used by another:
/// a program that runs for months with threads that come and go holds several times what it uses.
void rt_limit_memory_arenas(int count);
