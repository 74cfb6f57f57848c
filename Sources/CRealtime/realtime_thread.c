#define _GNU_SOURCE
#include "realtime_thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

static int64_t nanoseconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t rt_monotonic_nanoseconds(void) { return nanoseconds_of(CLOCK_MONOTONIC); }

int64_t rt_thread_cpu_nanoseconds(void) { return nanoseconds_of(CLOCK_THREAD_CPUTIME_ID); }

void rt_sleep_nanoseconds(int64_t nanoseconds) {
  if (nanoseconds <= 0) return;
  struct timespec rest = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  while (nanosleep(&rest, &rest) == -1 && errno == EINTR) {
  }
}

int rt_event_make(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void rt_event_signal(int event) {
  const uint64_t one = 1;
  // EAGAIN: the counter is at its top, so the event is signalled anyway.
  ssize_t written = write(event, &one, sizeof one);
  (void)written;
}

bool rt_event_wait(int event, int milliseconds) {
  struct pollfd waiting = {.fd = event, .events = POLLIN};
  if (poll(&waiting, 1, milliseconds) <= 0) return false;
  uint64_t count;
  return read(event, &count, sizeof count) == sizeof count;
}

static int become(int policy, int priority) {
  struct sched_param parameter = {.sched_priority = priority};
  int result = pthread_setschedparam(pthread_self(), policy, &parameter);
  struct rlimit limit;
  if (result == EPERM && getrlimit(RLIMIT_RTPRIO, &limit) == 0 && limit.rlim_cur > 0 &&
      (int)limit.rlim_cur < priority) {
    parameter.sched_priority = (int)limit.rlim_cur;
    result = pthread_setschedparam(pthread_self(), policy, &parameter);
  }
  // Second best: a better nice value, where RLIMIT_NICE allows one.
  if (result != 0) setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), -11);
  return result;
}

int rt_thread_become_realtime(int priority) { return become(SCHED_FIFO, priority); }

int rt_thread_go_first(int priority) {
  const int result = become(SCHED_RR | SCHED_RESET_ON_FORK, priority);
  if (result == 0) return 0;
  const struct sched_param ordinary = {.sched_priority = 0};
  sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &ordinary);
  return result;
}

void rt_thread_be_nice(int increment) {
  const id_t thread = (id_t)syscall(SYS_gettid);
  setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + increment);
}

void rt_thread_block_signals(void) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
}

void rt_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

void rt_thread_flush_denormals(void) {
#if defined(__SSE__)
  _mm_setcsr(_mm_getcsr() | 0x8040);  // flush to zero, denormals are zero
#elif defined(__aarch64__)
  uint64_t control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  __asm__ volatile("msr fpcr, %0" : : "r"(control | (1u << 24)));
#endif
}

static _Thread_local bool is_audio;

void rt_thread_mark_audio(void) { is_audio = true; }

bool rt_thread_is_audio(void) { return is_audio; }

void rt_thread_lock_stack(void) {
  volatile char pages[64 * 1024];
  for (unsigned i = 0; i < sizeof pages; i += 4096) pages[i] = 0;
  mlock((const void *)pages, sizeof pages);
}

bool rt_lock_memory(const void *address, uint64_t size) { return mlock(address, size) == 0; }

void rt_unlock_memory(const void *address, uint64_t size) { munlock(address, size); }

int rt_thread_number(void) { return (int)syscall(SYS_gettid); }

static volatile sig_atomic_t limited_thread;

static void demote(int signal) {
  (void)signal;
  const struct sched_param ordinary = {.sched_priority = 0};
  sched_setscheduler(limited_thread, SCHED_OTHER, &ordinary);
}

int rt_limit_realtime(uint64_t microseconds, int thread) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_RTTIME, &limit) != 0) return errno;
  if (limit.rlim_max > microseconds) limit.rlim_max = microseconds;
  const rlim_t soft = limit.rlim_max / 4 * 3;
  if (limit.rlim_cur > soft) limit.rlim_cur = soft;
  limited_thread = thread;
  struct sigaction action = {.sa_handler = demote, .sa_flags = SA_RESTART};
  if (sigaction(SIGXCPU, &action, NULL) != 0 || setrlimit(RLIMIT_RTTIME, &limit) != 0) return errno;
  return 0;
}
