// What the files of this folder that deal with confined programs share; nobody else's.
#pragma once

#include "CLinux.h"

/// A description as the warden has it: lists of strings that end with NULL.
struct program {
    struct martlet_limits limits;
    char **lists[MARTLET_LISTS];
    /// The mapping that everything above points into.
    void *memory;
    size_t length;
};

/// The descriptors of a warden when it begins.
enum { INPUT_PLACE, OUTPUT_PLACE, ERROR_PLACE, PROGRAM_PLACE, LAUNCH_PLACE, REPORT_PLACE, PLACES };

/// argv[0] of a warden; argv[1] has a letter for each name space that it has.
#define WARDEN_NAME "martlet-warden"
enum { HAS_PROCESSES = 'p', HAS_MOUNTS = 'm' };

struct failure {
    int32_t stage, code;
};

/// Tells the stage and errno to whoever waits for the start, and ends.
_Noreturn void martlet_fail_launch(int launch, int stage);

/// Closes descriptors from one to another.
void martlet_close_range(unsigned first, unsigned last);

/// As fork does it, but with flags, and without the C library's handlers.
pid_t martlet_split(unsigned long flags);

/// All device nodes are in here, and it is always hidden.
#define DEVICE_FOLDER "/dev"

/// The device nodes that every program may use, ended by NULL.
extern const char *const martlet_common_devices[];

/// A path as it is without links, also of what is not there (yet); NULL when nobody can say.
/// The caller frees it.
char *martlet_resolve(const char *path);

/// Whether a path is `folder` or below it.
bool martlet_is_within(const char *path, const char *folder);

/// Hides what is hidden behind empty mounts and makes all but what is writable read only; in a
/// mount name space of our own. False and errno when the system does not grant it.
bool martlet_mask(const struct program *program, bool has_processes);

/// Whether a mount name space, which this process must have, grants what masking needs. To be
/// called in a process that ends then.
bool martlet_try_mount(void);

/// Has the kernel refuse the writing of all but what is writable, and where nothing is masked the
/// reading of what is hidden. 1: done, 0: the kernel has no Landlock, -1 and errno.
int martlet_restrict(const struct program *program, bool is_masked);

/// Kills every descendant of this process once; those that were being made meanwhile come with
/// the next round.
void martlet_kill_descendants(void);
