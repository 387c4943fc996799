// What the Opus target sees of libopus: its header, and the one control request it makes as a
// function, since the C function takes a variable number of arguments.
#pragma once
#include <opus.h>

static inline int copus_set_bitrate(OpusEncoder *encoder, int bits_per_second) {
    return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits_per_second));
}
