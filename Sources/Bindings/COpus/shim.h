// The part of libopus that the Opus target uses: its header, and one control request as a function,
// since the C function is variadic.
#pragma once
#include <opus.h>

static inline int copus_set_bitrate(OpusEncoder *encoder, int bits_per_second) {
    return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits_per_second));
}
