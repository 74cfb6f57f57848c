// alsa-lib, and what Swift cannot import of it (macros, variadic function pointers), each with the prefix calsa_.
#pragma once
#include <alsa/asoundlib.h>

/// Receives one line of what alsa-lib would have printed; valid only during the call.
typedef void (*calsa_message_handler)(const char *message);

/// Gives alsa-lib's own messages (process-wide) to `handler` instead of standard error.
/// A shim because alsa-lib's handler is a variadic function pointer.
void calsa_set_message_handler(calsa_message_handler handler);

// The snd_seq_ev_* family are macros.

/// Stamps an event with a real-time queue's absolute time.
static inline void calsa_seq_schedule(snd_seq_event_t *event, int queue, const snd_seq_real_time_t *time) {
  snd_seq_ev_schedule_real(event, queue, 0, time);
}

/// Sends an event at once, past every queue.
static inline void calsa_seq_set_direct(snd_seq_event_t *event) { snd_seq_ev_set_direct(event); }

/// Makes the event a note-on.
static inline void calsa_seq_set_note_on(snd_seq_event_t *event, int channel, int key, int velocity) {
  snd_seq_ev_set_noteon(event, channel, key, velocity);
}

/// Makes the event a note-off.
static inline void calsa_seq_set_note_off(snd_seq_event_t *event, int channel, int key, int velocity) {
  snd_seq_ev_set_noteoff(event, channel, key, velocity);
}

/// Makes the event a controller's change.
static inline void calsa_seq_set_controller(snd_seq_event_t *event, int channel, int controller, int value) {
  snd_seq_ev_set_controller(event, channel, controller, value);
}

/// Makes the event a program change.
static inline void calsa_seq_set_program(snd_seq_event_t *event, int channel, int program) {
  snd_seq_ev_set_pgmchange(event, channel, program);
}

/// Makes the event a pitch bend, -8192...8191.
static inline void calsa_seq_set_pitch_bend(snd_seq_event_t *event, int channel, int value) {
  snd_seq_ev_set_pitchbend(event, channel, value);
}

/// Makes the event a system-exclusive message; `bytes` must live until the event was put out.
static inline void calsa_seq_set_sysex(snd_seq_event_t *event, unsigned int count, void *bytes) {
  snd_seq_ev_set_sysex(event, count, bytes);
}

/// Makes a port that others may write to and subscribe; what comes is stamped with the real time of `queue`.
/// A shim because the port's description has twelve setters.
int calsa_seq_create_stamped_port(snd_seq_t *sequencer, const char *name, int queue);
