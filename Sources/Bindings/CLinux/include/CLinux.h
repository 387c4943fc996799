// What Swift's Glibc module does not offer: Linux calls that sit behind macros, feature tests,
// variadic prototypes or awkward structs. Each function is one system call, or a few that belong
// together, and reports as the call does (-1 and errno), so that SystemError.swift stays the only
// reader of errno.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

// A call that a real-time thread may make: it neither allocates nor takes a lock. The compiler
// believes the mark and holds every caller that carries the same mark to it.
#define MARTLET_REALTIME                                          \
    __attribute__((swift_attr("@_noAllocation"))) __attribute__((swift_attr("@_noLocks")))

/// The fixed text for an errno value; never NULL, not translated, safe on every thread.
const char *martlet_error_text(int code);

// Time

/// Nanoseconds of CLOCK_MONOTONIC.
int64_t martlet_monotonic_now(void) MARTLET_REALTIME;
/// Sleeps until CLOCK_MONOTONIC reaches `nanoseconds`, through signals.
void martlet_sleep_until(int64_t nanoseconds) MARTLET_REALTIME;
int martlet_timerfd(void);
/// Makes a timerfd readable once CLOCK_MONOTONIC reaches `nanoseconds`; 0 disarms it.
int martlet_timerfd_arm(int descriptor, int64_t nanoseconds);

// Wake-ups

int martlet_eventfd(void);
/// Makes an eventfd readable. Cannot fail but by a full counter, which is readable already.
void martlet_eventfd_signal(int descriptor) MARTLET_REALTIME;
/// Takes what an eventfd or timerfd counted; false when it was not readable.
bool martlet_counter_drain(int descriptor) MARTLET_REALTIME;
/// poll(2) for reading: 1 readable, 0 time over, -1 and errno. A negative time waits for ever.
int martlet_wait_readable(int descriptor, int milliseconds) MARTLET_REALTIME;
int martlet_epoll(void);
int martlet_epoll_add(int epoll, int descriptor);

// Threads and signals

void martlet_name_thread(const char *name);
/// Keeps in memory what this process touches from now on; 0, or -1 and errno. EPERM when the
/// account's limit would soon refuse it memory of any kind.
int martlet_lock_memory(void);
/// A non-blocking signalfd for `signals`, which are blocked in the calling thread from now on.
int martlet_signalfd(const int *signals, int count);
/// The next signal's number, or -1 and errno.
int martlet_signalfd_next(int descriptor);

// Processes

/// The variables of this process, "NAME=value" each, ended by NULL.
char **martlet_environment(void);
int martlet_pipe(int descriptors[2]);
/// How many bytes can be read at once; 0 when that cannot be told.
int martlet_pending_bytes(int descriptor);
int martlet_pidfd(pid_t process);
/// Starts a program as leader of its own process group, with the three given descriptors as its
/// standard streams and no other, with every signal at its default and none blocked. `directory`
/// may be NULL. Returns 0 or an errno value, as posix_spawn does.
int martlet_spawn(
    pid_t *process, char *const arguments[], char *const environment[], const char *directory,
    int input, int output, int error);

// Local sockets: `name` is a path, or starts with a zero byte (the abstract name space).

int martlet_unix_socket(bool is_stream);
int martlet_unix_connect(int descriptor, const void *name, size_t length);
int martlet_unix_bind(int descriptor, const void *name, size_t length);
int martlet_accept(int descriptor);

/// Switches echo and line buffering off, keeping what was set in `saved`; reads do not wait.
int martlet_terminal_raw(int descriptor, struct termios *saved);
