// What encodes the live sound: libopus, libmp3lame, libFLAC, and what Swift cannot import of them.
#pragma once
#include <FLAC/stream_encoder.h>
#include <lame/lame.h>
#include <opus/opus.h>

// `opus_encoder_ctl` is variadic.

/// Bits a second.
static inline int ccodecs_opus_set_bitrate(OpusEncoder *encoder, opus_int32 bitrate) {
  return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bitrate));
}

/// Frames by which what is decoded is later than what was encoded.
static inline int ccodecs_opus_get_lookahead(OpusEncoder *encoder, opus_int32 *frames) {
  return opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(frames));
}
