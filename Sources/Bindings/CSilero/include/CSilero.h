/* The weights of Silero VAD 6.2.3, 16 kHz (weights.f32: see packaging/arrange-weights.py). */
#ifndef CSILERO_H
#define CSILERO_H

#include <stddef.h>

/* The weights, and the end of the last one. */
extern const float martlet_silero_first[];
extern const float martlet_silero_end[];

static inline const float *martlet_silero_weights(void) { return martlet_silero_first; }

static inline ptrdiff_t martlet_silero_count(void) {
    return martlet_silero_end - martlet_silero_first;
}

#endif
