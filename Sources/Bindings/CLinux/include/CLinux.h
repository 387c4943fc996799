// What Swift's Glibc module does not offer: Linux calls that sit behind macros, feature tests or
// variadic prototypes. Each function here is one system call that reports as the call itself does
// (-1 and errno), so that SystemError.swift stays the only reader of errno.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// A call that a real-time thread may make: it neither allocates nor takes a lock. The compiler
// believes the mark and holds every caller that carries the same mark to it.
#define MARTLET_REALTIME                                          \
    __attribute__((swift_attr("@_noAllocation"))) __attribute__((swift_attr("@_noLocks")))

/// The fixed text for an errno value; never NULL, not translated, safe on every thread.
const char *martlet_error_text(int code);

/// Nanoseconds of CLOCK_MONOTONIC.
int64_t martlet_monotonic_now(void) MARTLET_REALTIME;
/// Sleeps until CLOCK_MONOTONIC reaches `nanoseconds`, through signals.
void martlet_sleep_until(int64_t nanoseconds) MARTLET_REALTIME;

int martlet_eventfd(void);
/// Makes an eventfd readable. Cannot fail but by a full counter, which is readable already.
void martlet_eventfd_signal(int descriptor) MARTLET_REALTIME;
/// Takes what an eventfd counted; false when it was not signalled.
bool martlet_eventfd_drain(int descriptor) MARTLET_REALTIME;
/// poll(2) for reading: 1 readable, 0 time over, -1 and errno. A negative time waits for ever.
int martlet_wait_readable(int descriptor, int milliseconds) MARTLET_REALTIME;

void martlet_name_thread(const char *name);
