// What the WebRTC target sees of a canceller behind the door.
#pragma once
#include "EchoDoor.h"

// Opens the shared object at a path and asks for its door, which stays open as long as the program
// runs. NULL, with what is wrong in `fault`, a buffer of `capacity` bytes that ends with a zero.
const struct martlet_echo_door *cwebrtc_open(const char *path, char *fault, int capacity);

struct martlet_echo *cwebrtc_make(const struct martlet_echo_door *door);
void cwebrtc_release(const struct martlet_echo_door *door, struct martlet_echo *echo);
int32_t cwebrtc_process(
    const struct martlet_echo_door *door, struct martlet_echo *echo, const int16_t *reference,
    int16_t *microphone);
