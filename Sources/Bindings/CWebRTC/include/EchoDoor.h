// The interface ("door") between Martlet and an echo canceller in its own shared object.
//
// A canceller in C++ has no interface that can be loaded by name. So a small shared object, built
// against its library, exports one C function, `martlet_echo_door`, which returns a table with
// everything else. Martlet builds and runs without it.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The version described here. A table of another version is not used.
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
    // A canceller that has learned nothing yet; NULL if the library fails.
    struct martlet_echo *(*make)(void);
    void (*release)(struct martlet_echo *);
    // Takes a frame of the loudspeaker and the microphone's of the same moment, and replaces the
    // latter by what is left. 0, or the library's own error.
    int32_t (*process)(struct martlet_echo *, const int16_t *reference, int16_t *microphone);
};

typedef const struct martlet_echo_door *(*martlet_echo_door_function)(void);

#ifdef __cplusplus
}
#endif
