#define _GNU_SOURCE
#include "CWebRTC.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

// The audio path is built for frames of 10 ms at 16 kHz, and for a delay of at most two of them.
enum { frame_samples = 160, longest_delay = 2 * frame_samples };

const struct martlet_echo_door *cwebrtc_open(const char *path, char *fault, int capacity) {
    size_t size = (size_t)capacity;
    if (access(path, F_OK) != 0) {
        snprintf(fault, size, "%s does not exist", path);
        return NULL;
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *text = dlerror();
        snprintf(fault, size, "%s", text == NULL ? "it cannot be loaded" : text);
        return NULL;
    }
    martlet_echo_door_function function =
        (martlet_echo_door_function)dlsym(handle, "martlet_echo_door");
    const struct martlet_echo_door *door = function == NULL ? NULL : function();
    if (door == NULL) {
        snprintf(fault, size, "%s is not a canceller for Martlet", path);
    } else if (door->version != MARTLET_ECHO_DOOR_VERSION) {
        snprintf(
            fault, size, "%s has version %u, and this program needs %u", path, door->version,
            MARTLET_ECHO_DOOR_VERSION);
    } else if (
        door->frame_samples != frame_samples || door->delay_samples > longest_delay
        || door->library == NULL || door->make == NULL || door->release == NULL
        || door->process == NULL) {
        snprintf(fault, size, "%s has properties that this program cannot use", path);
    } else {
        return door;
    }
    dlclose(handle);
    return NULL;
}

struct martlet_echo *cwebrtc_make(const struct martlet_echo_door *door) { return door->make(); }
void cwebrtc_release(const struct martlet_echo_door *door, struct martlet_echo *echo) {
    door->release(echo);
}
int32_t cwebrtc_process(
    const struct martlet_echo_door *door, struct martlet_echo *echo, const int16_t *reference,
    int16_t *microphone) {
    return door->process(echo, reference, microphone);
}
