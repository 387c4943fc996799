// The functions by which the WebRTC target calls a canceller through the door.
#pragma once
#include "EchoDoor.h"

// Opens the shared object at a path and returns its door, which stays open while the program runs.
// NULL on failure, with a zero-terminated text in `fault`, a buffer of `capacity` bytes.
const struct martlet_echo_door *cwebrtc_open(const char *path, char *fault, int capacity);

struct martlet_echo *cwebrtc_make(const struct martlet_echo_door *door);
void cwebrtc_release(const struct martlet_echo_door *door, struct martlet_echo *echo);
int32_t cwebrtc_process(
    const struct martlet_echo_door *door, struct martlet_echo *echo, const int16_t *reference,
    int16_t *microphone);
