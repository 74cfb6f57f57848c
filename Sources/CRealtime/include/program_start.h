// What a program has to know before its first line of Swift: with which arguments it was started, and whether the system
// gives it threads at all.
#pragma once

/// Number of the program's arguments, its own name among them.
int rt_argument_count(void);
/// An argument's bytes as they were given, ended by 0; NULL beyond the last.
const char *rt_argument(int index);

/// Starts `count` threads that do nothing, all there at the same time, and ends them.
///
/// Returns 0, or the `errno` with which the system refused one.
int rt_try_threads(int count);
