// What the audio thread needs of the system: clocks, sleeping, an event to wait for, its priority.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#ifndef RT_AUDITED
#define RT_AUDITED __attribute__((swift_attr("@_noLocks")))
#endif

/// Nanoseconds of CLOCK_MONOTONIC (read through the vDSO, no system call).
RT_AUDITED int64_t rt_monotonic_nanoseconds(void);
/// CPU time the calling thread has used, nanoseconds.
RT_AUDITED int64_t rt_thread_cpu_nanoseconds(void);
/// Sleeps.
RT_AUDITED void rt_sleep_nanoseconds(int64_t nanoseconds);

/// A new eventfd, non-blocking, closed on exec; -1 if there is none to be had.
int rt_event_make(void);
/// Wakes whoever waits for the event. Never blocks.
RT_AUDITED void rt_event_signal(int event);
/// Waits until the event is signalled and takes the signal; milliseconds < 0 wait for ever.
RT_AUDITED bool rt_event_wait(int event, int milliseconds);

/// Makes the calling thread SCHED_FIFO, at most with the priority its limits allow.
///
/// Returns 0, or the errno of the refusal; the thread then keeps an ordinary priority.
int rt_thread_become_realtime(int priority);
/// Puts the calling thread before everything that has an ordinary priority, for short work that somebody waits for:
/// SCHED_RR as above, or a better nice value. Threads that it starts are ordinary ones.
///
/// Returns 0, or the errno of the refusal of a real-time priority.
int rt_thread_go_first(int priority);
/// Lowers the calling thread's priority (Linux: nice is a thread's own), for work that must not disturb sound.
void rt_thread_be_nice(int increment);
/// Blocks every signal in the calling thread, so that handlers run elsewhere.
void rt_thread_block_signals(void);
/// Names the calling thread (15 bytes).
void rt_thread_name(const char *_Nonnull name);
/// Numbers too small to hear become 0 at once instead of costing hundreds of cycles.
RT_AUDITED void rt_thread_flush_denormals(void);
/// Marks the calling thread as the audio thread, on which nothing may be logged.
void rt_thread_mark_audio(void);
/// Whether the calling thread is the audio thread.
RT_AUDITED bool rt_thread_is_audio(void);
/// Touches the next 64 kB of the stack, so that the first deep call does not fault, and keeps them from being paged out
/// where the limit allows it.
void rt_thread_lock_stack(void);
/// Keeps memory from being paged out; false if the limit does not allow it.
bool rt_lock_memory(const void *_Nonnull address, uint64_t size);
/// The opposite.
void rt_unlock_memory(const void *_Nonnull address, uint64_t size);
/// The kernel's number of the calling thread.
int rt_thread_number(void);
/// Lets real-time threads of the process compute for at most so long without sleeping (RLIMIT_RTTIME). Near that limit
/// this thread loses its priority; at it the kernel would end the program.
///
/// Returns 0 or the errno.
int rt_limit_realtime(uint64_t microseconds, int thread);
