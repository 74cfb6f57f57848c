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

int calsa_seq_create_stamped_port(snd_seq_t *sequencer, const char *name, int queue) {
  snd_seq_port_info_t *port;
  snd_seq_port_info_alloca(&port);
  snd_seq_port_info_set_name(port, name);
  snd_seq_port_info_set_capability(port, SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_SUBS_WRITE);
  snd_seq_port_info_set_type(
      port, SND_SEQ_PORT_TYPE_MIDI_GENERIC | SND_SEQ_PORT_TYPE_SOFTWARE | SND_SEQ_PORT_TYPE_APPLICATION);
  snd_seq_port_info_set_midi_channels(port, 16);
  snd_seq_port_info_set_timestamping(port, 1);
  snd_seq_port_info_set_timestamp_real(port, 1);
  snd_seq_port_info_set_timestamp_queue(port, queue);
  int code = snd_seq_create_port(sequencer, port);
  return code < 0 ? code : snd_seq_port_info_get_port(port);
}
