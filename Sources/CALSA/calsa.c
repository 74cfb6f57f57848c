#include "CALSA.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static _Atomic(calsa_message_handler) receiver;

static void receive(const char *file, int line, const char *function, int error, const char *format, ...) {
  (void)file, (void)line, (void)function;
  calsa_message_handler handler = atomic_load(&receiver);
  if (!handler) return;
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (error && length >= 0 && (size_t)length < sizeof text)
    snprintf(text + length, sizeof text - (size_t)length, ": %s", snd_strerror(error));
  handler(text);
}

void calsa_set_message_handler(calsa_message_handler handler) {
  atomic_store(&receiver, handler);
  snd_lib_error_set_handler(receive);
}
