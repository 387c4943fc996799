// Linux calls that Swift's Glibc module does not offer, because they need macros, feature tests,
// variadic prototypes or awkward structs. Each function is one system call, or a few that belong
// together, and reports errors as the call does (-1 and errno), so that SystemError.swift stays the
// only reader of errno.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

// Marks a call that a real-time thread may make: it neither allocates nor takes a lock. The
// compiler trusts this attribute and checks every caller that carries the same one.
#define MARTLET_REALTIME                                          \
    __attribute__((swift_attr("@_noAllocation"))) __attribute__((swift_attr("@_noLocks")))

/// The fixed text for an errno value; never NULL, not translated, safe on every thread.
const char *martlet_error_text(int code);

// Time

/// Nanoseconds of CLOCK_MONOTONIC.
int64_t martlet_monotonic_now(void) MARTLET_REALTIME;
/// Sleeps until CLOCK_MONOTONIC reaches `nanoseconds`, also if signals interrupt it.
void martlet_sleep_until(int64_t nanoseconds) MARTLET_REALTIME;
int martlet_timerfd(void);
/// Makes a timerfd readable once CLOCK_MONOTONIC reaches `nanoseconds`, and again after each
/// `interval` if that is not 0; with 0 nanoseconds it is disarmed.
int martlet_timerfd_arm(int descriptor, int64_t nanoseconds, int64_t interval);
/// A timerfd on CLOCK_BOOTTIME, or on CLOCK_REALTIME.
int martlet_clock_timerfd(bool is_wall_clock);
/// Makes it readable once its clock reaches `nanoseconds`; on the wall clock also when that clock
/// is set. A time of 0 or less counts as 1.
int martlet_clock_timerfd_arm(int descriptor, int64_t nanoseconds, bool is_wall_clock);

// Files

/// mkostemp(3) with O_CLOEXEC: a new file that no child inherits; -1 and errno.
int martlet_temporary_file(char *name);

// Wake-ups

int martlet_eventfd(void);
/// Makes an eventfd readable. It fails only if the counter is full, and then it is readable
/// already.
void martlet_eventfd_signal(int descriptor) MARTLET_REALTIME;
/// Resets the counter of an eventfd or timerfd; false when it was not readable.
bool martlet_counter_drain(int descriptor) MARTLET_REALTIME;
/// poll(2) for reading: 1 readable, 0 timed out, -1 and errno. A negative time waits forever.
int martlet_wait_readable(int descriptor, int milliseconds) MARTLET_REALTIME;
int martlet_epoll(void);
int martlet_epoll_add(int epoll, int descriptor);
/// poll(2) for reading either: 1 the first is readable, 2 the second, 3 both, 0 neither in time.
int martlet_wait_either(int first, int second, int milliseconds) MARTLET_REALTIME;

// Device nodes

/// A non-blocking inotify descriptor.
int martlet_inotify(void);
/// Watches a folder of device nodes, and its parent for the folder's creation: 0 when at least the
/// parent is watched. Call it again once the folder exists; existing watches are kept.
int martlet_inotify_nodes(int inotify, const char *folder, const char *parent);
/// Reads the events: 1 when a PCM node whose name ends in `last` (c: capture, p: playback), or the
/// folder `name`, was created or changed its owner; 2 when such a node was closed.
int martlet_inotify_take(int inotify, char last, const char *name) MARTLET_REALTIME;

// Threads and signals

void martlet_name_thread(const char *name);
/// How often the calling thread gave up the processor voluntarily.
long martlet_thread_waits(void);
/// Schedules the calling thread by SCHED_FIFO at a priority, or by SCHED_OTHER if that is 0;
/// threads and children that it creates from now on do not inherit it. 0, or -1 and errno.
int martlet_schedule_thread(int priority);
/// Locks pages that this process touches from now on in memory; 0, or -1 and errno. EPERM if the
/// account's limit would soon make all allocations fail.
int martlet_lock_memory(void);

/// Drops the pages of code and constants from the process's memory, and frees unused heap; pages
/// that are used again come back from the page cache.
void martlet_release_startup_pages(void);
/// A non-blocking signalfd for `signals`, which are blocked in the calling thread from now on.
int martlet_signalfd(const int *signals, int count);
/// The next signal's number, or -1 and errno.
int martlet_signalfd_next(int descriptor);

// Crashes

/// Appends a byte to a file, open for appending, when this process crashes by its own fault (a
/// trap, bad memory, abort); signals from other processes do not count. There is one file for the
/// process: the latest.
void martlet_crash_mark(int descriptor);
/// Cancels that if this file is still the current one; call it before the descriptor is closed.
void martlet_crash_unmark(int descriptor);

// Processes

/// The variables of this process, "NAME=value" each, ended by NULL.
char **martlet_environment(void);
int martlet_pipe(int descriptors[2]);
/// How many bytes can be read at once; 0 when that is not known.
int martlet_pending_bytes(int descriptor);
int martlet_pidfd(pid_t process);
/// Starts a program as leader of its own process group, with the three given descriptors as its
/// standard streams and no others, with every signal at its default and none blocked. `directory`
/// may be NULL. Returns 0 or an errno value, as posix_spawn does.
int martlet_spawn(
    pid_t *process, char *const arguments[], char *const environment[], const char *directory,
    int input, int output, int error);

/// The lists of texts that describe a confined program.
enum {
    MARTLET_ARGUMENTS,
    MARTLET_ENVIRONMENT,
    /// Whole paths: below these it may read and write.
    MARTLET_WRITABLE,
    /// Whole paths below hidden ones that it may read nevertheless.
    MARTLET_READABLE,
    /// Whole paths of device nodes, or folders of them, that it may use; it sees no others.
    MARTLET_DEVICES,
    /// Whole paths that it cannot open.
    MARTLET_HIDDEN,
    /// Two texts: the folders for a name without a slash, as in PATH; the folder that it starts in.
    MARTLET_PLACES,
    MARTLET_LISTS,
    /// The most supplementary groups of a program, as in early kernels.
    MARTLET_GROUPS_LIMIT = 32
};

/// What a confined program may use.
typedef struct martlet_limits {
    /// MARTLET_SAME_USER: keeps our user.
    uint32_t user, group;
    uint64_t cpu_seconds, memory_bytes, processes, open_files, file_bytes;
    /// The supplementary groups, if we may set them; without that right it keeps ours.
    uint32_t group_count, groups[MARTLET_GROUPS_LIMIT];
    /// Whether a name space is tried; without one a subreaper is used.
    bool uses_name_space;
    /// Whether Landlock is used if the kernel has it.
    bool uses_landlock;
    /// Whether it may be started if the system can hide nothing.
    bool may_be_open;
} martlet_limits;

/// A confined program: its limits, its open files, and its lists one after another in `texts`,
/// `counts` of each.
typedef struct {
    martlet_limits limits;
    int input, output, error;
    char *const *texts;
    uint32_t counts[MARTLET_LISTS];
} martlet_confined;

enum {
    MARTLET_STAGE_SPLIT = 1,
    MARTLET_STAGE_WARDEN,
    MARTLET_STAGE_STREAMS,
    /// Nothing confines it.
    MARTLET_STAGE_CONFINE,
    /// A writable path contains a hidden one, and the system does not allow our own mounts.
    MARTLET_STAGE_OVERLAP,
    MARTLET_STAGE_FOLDER,
    MARTLET_STAGE_PRIVILEGES,
    MARTLET_STAGE_LANDLOCK,
    MARTLET_STAGE_LIMITS,
    MARTLET_STAGE_EXECUTE
};
#define MARTLET_SAME_USER UINT32_MAX

/// Starts a program under a warden, which ends when the program and all it started have ended. The
/// warden forwards SIGTERM, SIGINT, SIGHUP and SIGUSR2 to the program's group; SIGUSR1 kills
/// everything. The program's wait status, an int, can then be read from `report`. Returns 0, or an
/// errno value and in `failed_stage` what failed.
int martlet_spawn_confined(
    const martlet_confined *program, pid_t *warden, int *report, int *failed_stage);
/// The version of Landlock that the kernel has; 0: none.
int martlet_landlock_version(void);
/// Whether the system allows us our own mount name space.
bool martlet_can_mount(void);

// Users

/// Takes on a user's identity and groups, and keeps the way back to root; only as root. 0, or -1
/// and errno.
int martlet_assume_user(const char *name, uint32_t user, uint32_t group);
/// Becomes root again, without supplementary groups.
int martlet_resume_root(void);
/// Limits the priority of real-time threads (RLIMIT_RTPRIO).
int martlet_limit_priority(uint64_t priority);
/// Limits the memory that may be locked (RLIMIT_MEMLOCK, bytes; UINT64_MAX: no limit).
int martlet_limit_locked_memory(uint64_t bytes);

// Devices

/// Sets an SPI device to mode 0, eight bits and a speed (Hz); a file or pipe is left as it is.
int martlet_spi_setup(int descriptor, uint32_t speed);

// Local sockets: `name` is a path, or starts with a zero byte (the abstract name space).

int martlet_unix_socket(bool is_stream);
int martlet_unix_connect(int descriptor, const void *name, size_t length);
int martlet_unix_bind(int descriptor, const void *name, size_t length);
int martlet_accept(int descriptor);

/// Switches echo and line buffering off, and saves the old settings in `saved`; reads do not wait.
int martlet_terminal_raw(int descriptor, struct termios *saved);
/// Switches echo off, and the keys that stop or kill without a signal that can be awaited; lines stay
/// lines. Keeps what was set in `saved`, and throws away what was typed before.
int martlet_terminal_hide(int descriptor, struct termios *saved);
