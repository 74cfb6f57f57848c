#include "terminal_keys.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static struct termios before, during;
static atomic_bool is_begun;
static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static struct sigaction previous[sizeof deadly / sizeof *deadly];

static void give_back(void) {
  if (atomic_exchange(&is_begun, false)) tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

// Async-signal-safe: tcsetattr and sigaction are. What was there before the keys gets the signal.
static void on_deadly(int number) {
  int error = errno;
  for (unsigned i = 0; i < sizeof deadly / sizeof *deadly; i++) {
    if (deadly[i] != number) continue;
    if (previous[i].sa_handler != SIG_DFL && previous[i].sa_handler != SIG_IGN && previous[i].sa_handler) {
      previous[i].sa_handler(number);
    } else if (previous[i].sa_handler == SIG_DFL) {
      give_back();
      sigaction(number, &previous[i], NULL);
      raise(number);
    }
  }
  errno = error;
}

static void on_stop(int number) {
  int error = errno;
  tcsetattr(STDIN_FILENO, TCSANOW, &before);
  signal(SIGTSTP, SIG_DFL);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  raise(number);
  sigprocmask(SIG_UNBLOCK, &stop, NULL);  // stops here, and goes on here
  if (atomic_load(&is_begun)) {
    signal(SIGTSTP, on_stop);
    tcsetattr(STDIN_FILENO, TCSANOW, &during);
  }
  errno = error;
}

void rt_terminal_begin_keys(void) {
  static bool is_registered;
  if (atomic_load(&is_begun) || tcgetattr(STDIN_FILENO, &before) != 0) return;
  during = before;
  during.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  during.c_cc[VMIN] = 0;
  during.c_cc[VTIME] = 0;
  if (!is_registered) atexit(give_back);
  is_registered = true;
  for (unsigned i = 0; i < sizeof deadly / sizeof *deadly; i++) {
    struct sigaction action = {.sa_handler = on_deadly, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(deadly[i], &action, &previous[i]);
  }
  signal(SIGTSTP, on_stop);
  atomic_store(&is_begun, true);
  tcsetattr(STDIN_FILENO, TCSANOW, &during);
}

void rt_terminal_end_keys(void) {
  if (!atomic_load(&is_begun)) return;
  give_back();
  for (unsigned i = 0; i < sizeof deadly / sizeof *deadly; i++) sigaction(deadly[i], &previous[i], NULL);
  signal(SIGTSTP, SIG_DFL);
}

int rt_terminal_key(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  if (poll(&input, 1, 0) <= 0 || !(input.revents & POLLIN)) return -1;
  unsigned char key;
  return read(STDIN_FILENO, &key, 1) == 1 ? key : -1;
}
