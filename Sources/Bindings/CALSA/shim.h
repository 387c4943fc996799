// All of ALSA is imported except its `…_alloca` macros and its variadic error handler.
#pragma once

#include <alsa/asoundlib.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// An audio thread may make only the calls below on a sound card: they neither allocate nor take a
// contended lock. The compiler trusts this attribute and checks every Swift caller that carries the
// same one. (alsa-lib's own lock on plugin PCMs is never contended: one thread owns each handle.)
#define MARTLET_REALTIME                                          \
    __attribute__((swift_attr("@_noAllocation"))) __attribute__((swift_attr("@_noLocks")))

MARTLET_REALTIME
static inline int martlet_pcm_wait(snd_pcm_t *pcm, int milliseconds) {
    return snd_pcm_wait(pcm, milliseconds);
}

/// -ENODEV if the device was removed, else 0.
MARTLET_REALTIME
static inline int martlet_pcm_trouble(snd_pcm_t *pcm) {
    return snd_pcm_state(pcm) == SND_PCM_STATE_DISCONNECTED ? -ENODEV : 0;
}

/// Like snd_pcm_wait for a playback device, but also ended by `wake`: 2 when that is readable.
///
/// If the device has more descriptors than any has in practice, `wake` is ignored.
MARTLET_REALTIME
static inline int martlet_pcm_wait_or(
    snd_pcm_t *pcm, int milliseconds, long frames, int wake) {
    enum { most = 8 };
    struct pollfd descriptors[most + 1];
    int count = snd_pcm_poll_descriptors_count(pcm);
    if (count <= 0 || count > most) return snd_pcm_wait(pcm, milliseconds);
    snd_pcm_sframes_t room = snd_pcm_avail_update(pcm);
    if (room < 0) return (int)room;
    if (room >= frames) return 1;
    count = snd_pcm_poll_descriptors(pcm, descriptors, (unsigned int)count);
    if (count < 0) return count;
    descriptors[count] = (struct pollfd){.fd = wake, .events = POLLIN};
    for (;;) {
        int ready = poll(descriptors, (nfds_t)count + 1, milliseconds);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return ready < 0 ? -errno : 0;
        if (descriptors[count].revents != 0) return 2;
        unsigned short events = 0;
        int result =
            snd_pcm_poll_descriptors_revents(pcm, descriptors, (unsigned int)count, &events);
        if (result < 0) return result;
        if (events & (POLLERR | POLLNVAL)) {
            switch (snd_pcm_state(pcm)) {
            case SND_PCM_STATE_XRUN: return -EPIPE;
            case SND_PCM_STATE_SUSPENDED: return -ESTRPIPE;
            case SND_PCM_STATE_DISCONNECTED: return -ENODEV;
            default: return -EIO;
            }
        }
        if (events & POLLOUT) return 1;
    }
}

/// snd_pcm_readi into memory whose first `cleared` bytes are zeroed before.
MARTLET_REALTIME
static inline long martlet_pcm_read(
    snd_pcm_t *pcm, void *samples, unsigned long frames, size_t cleared) {
    memset(samples, 0, cleared);
    return snd_pcm_readi(pcm, samples, frames);
}

MARTLET_REALTIME
static inline long martlet_pcm_write(
    snd_pcm_t *pcm, const void *samples, unsigned long frames) {
    return snd_pcm_writei(pcm, samples, frames);
}

MARTLET_REALTIME
static inline long martlet_pcm_available(snd_pcm_t *pcm) {
    return snd_pcm_avail(pcm);
}

/// Frames between the application and the converter, or a negative errno value.
MARTLET_REALTIME
static inline long martlet_pcm_delay(snd_pcm_t *pcm) {
    snd_pcm_sframes_t frames = 0;
    int code = snd_pcm_delay(pcm, &frames);
    return code < 0 ? code : (frames < 0 ? 0 : frames);
}

/// snd_pcm_rewind by as much as possible; 0 after an error.
///
/// `margin` frames are left ahead of the card's read position. They are subtracted from what can be
/// rewound and not from the delay: on USB the delay includes some 15 ms in flight, which are
/// fetched already.
MARTLET_REALTIME
static inline long martlet_pcm_rewind(snd_pcm_t *pcm, long frames, long margin) {
    // Updates the card's position.
    if (snd_pcm_avail(pcm) < 0) return 0;
    snd_pcm_sframes_t most = snd_pcm_rewindable(pcm) - margin;
    if (frames > most) frames = most;
    if (frames <= 0) return 0;
    snd_pcm_sframes_t given = snd_pcm_rewind(pcm, (snd_pcm_uframes_t)frames);
    return given < 0 ? 0 : given;
}

MARTLET_REALTIME
static inline int martlet_pcm_prepare(snd_pcm_t *pcm) {
    return snd_pcm_prepare(pcm);
}

MARTLET_REALTIME
static inline int martlet_pcm_start(snd_pcm_t *pcm) {
    return snd_pcm_start(pcm);
}

MARTLET_REALTIME
static inline int martlet_pcm_drop(snd_pcm_t *pcm) {
    return snd_pcm_drop(pcm);
}

MARTLET_REALTIME
static inline int martlet_pcm_drain(snd_pcm_t *pcm) {
    return snd_pcm_drain(pcm);
}

/// snd_pcm_recover without its message and without its endless wait for a suspended card.
MARTLET_REALTIME
static inline int martlet_pcm_recover(snd_pcm_t *pcm, int code) {
    if (code == -EINTR) return 0;
    if (code == -EPIPE) return snd_pcm_prepare(pcm);
    if (code != -ESTRPIPE) return code;
    int resumed = snd_pcm_resume(pcm);
    if (resumed == 0 || resumed == -EAGAIN) return resumed;
    return snd_pcm_prepare(pcm);
}

/// Reads a mixer's controls as simple elements.
static inline int martlet_mixer_load(snd_mixer_t *mixer) {
    int code = snd_mixer_selem_register(mixer, NULL, NULL);
    return code < 0 ? code : snd_mixer_load(mixer);
}

// Both are implemented in ALSALog.swift.

/// Whether a call on this thread listens to alsa-lib's messages.
bool martlet_alsa_is_heard(void);
/// Takes one message of alsa-lib's.
void martlet_alsa_note(const char *text);

/// Longer messages are truncated (bytes): alsa-lib's own are one line with a path or two.
enum { martlet_alsa_longest = 512 };

static inline void martlet_alsa_put(int code, const char *format, va_list arguments) {
    char text[martlet_alsa_longest];
    if (!martlet_alsa_is_heard()) return;
    int length = vsnprintf(text, sizeof text, format, arguments);
    if (length < 0) return;
    if (code != 0 && (size_t)length < sizeof text) {
        snprintf(text + length, sizeof text - (size_t)length, ": %s", snd_strerror(code));
    }
    martlet_alsa_note(text);
}

static inline void martlet_alsa_hear(
    const char *file, int line, const char *function, int code, const char *format, ...) {
    (void)file, (void)line, (void)function;
    va_list arguments;
    va_start(arguments, format);
    martlet_alsa_put(code, format, arguments);
    va_end(arguments);
}

static inline void martlet_alsa_hear_log(
    int priority, int interface, const char *file, int line, const char *function, int code,
    const char *format, va_list arguments) {
    (void)priority, (void)interface, (void)file, (void)line, (void)function;
    martlet_alsa_put(code, format, arguments);
}

// alsa-lib 1.2.15 writes through a second handler; older headers do not declare it, but the library
// may be newer than the headers.
#if SND_LIB_VERSION < ((1 << 16) | (2 << 8) | 15)
typedef void (*martlet_alsa_log_handler)(
    int, int, const char *, int, const char *, int, const char *, va_list);
extern martlet_alsa_log_handler snd_lib_log_set_handler(martlet_alsa_log_handler handler)
    __attribute__((weak));
#endif

/// Redirects alsa-lib's messages from the standard error stream to martlet_alsa_note.
static inline void martlet_alsa_silence(void) {
    snd_lib_error_set_handler(martlet_alsa_hear);
    if (snd_lib_log_set_handler) snd_lib_log_set_handler(martlet_alsa_hear_log);
}
