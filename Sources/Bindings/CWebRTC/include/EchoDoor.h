// The door between Martlet and an echo canceller in a shared object of its own.
//
// A canceller in C++ has no interface that can be loaded by name. So a small shared object, built
// beside the library it wants, exports one C function, `martlet_echo_door`, and everything else is
// in the table which that gives. Martlet builds and runs without it.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What this text describes. A table of another version is not used.
#define MARTLET_ECHO_DOOR_VERSION 1

struct martlet_echo;

struct martlet_echo_door {
    uint32_t version;
    // Samples of a frame: 10 ms of mono at 16 kHz.
    uint32_t frame_samples;
    // By how much the output is later than the microphone (samples).
    uint32_t delay_samples;
    // The library's name and version, for people; never freed.
    const char *library;
    // A canceller that knows nothing yet; NULL where the library refuses.
    struct martlet_echo *(*make)(void);
    void (*release)(struct martlet_echo *);
    // Takes what the loudspeaker was given and what was heard at the same moment, and puts what is
    // left in the place of the latter. 0, or the library's own error.
    int32_t (*process)(struct martlet_echo *, const int16_t *reference, int16_t *microphone);
};

typedef const struct martlet_echo_door *(*martlet_echo_door_function)(void);

#ifdef __cplusplus
}
#endif
