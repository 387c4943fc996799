// Shared by the files of this folder that deal with confined programs, and used only by them.
#pragma once

#include "CLinux.h"

/// A description in the warden's memory: lists of strings, each ended by NULL.
struct program {
    struct martlet_limits limits;
    char **lists[MARTLET_LISTS];
    /// The mapping that everything above points into.
    void *memory;
    size_t length;
};

/// The descriptors of a warden when it begins.
enum { INPUT_PLACE, OUTPUT_PLACE, ERROR_PLACE, PROGRAM_PLACE, LAUNCH_PLACE, REPORT_PLACE, PLACES };

/// argv[0] of a warden; argv[1] has a letter for each of its name spaces.
#define WARDEN_NAME "martlet-warden"
enum { HAS_PROCESSES = 'p', HAS_MOUNTS = 'm' };

struct failure {
    int32_t stage, code;
};

/// Reports the stage and errno to the process that waits for the start, and exits.
_Noreturn void martlet_fail_launch(int launch, int stage);

/// Closes the descriptors from `first` to `last`.
void martlet_close_range(unsigned first, unsigned last);

/// Like fork, but with flags, and without the C library's handlers.
pid_t martlet_split(unsigned long flags);

/// The folder of all device nodes, which is always hidden.
#define DEVICE_FOLDER "/dev"

/// The device nodes that every program may use, ended by NULL.
extern const char *const martlet_common_devices[];

/// Resolves all links in a path, also if it does not exist (yet); NULL if it cannot be resolved.
/// The caller frees it.
char *martlet_resolve(const char *path);

/// Whether a path is `folder` or below it.
bool martlet_is_within(const char *path, const char *folder);

/// Covers hidden paths with empty mounts and makes everything but the writable paths read only, in
/// our own mount name space. False and errno if the system does not allow it.
bool martlet_mask(const struct program *program, bool has_processes);

/// Whether this process, which must have its own mount name space, can make the mounts for masking.
/// Call it only in a process that exits afterwards.
bool martlet_try_mount(void);

/// Makes the kernel refuse writing to all but the writable paths and, if nothing is masked, reading
/// of hidden ones. 1: done, 0: the kernel has no Landlock, -1 and errno.
int martlet_restrict(const struct program *program, bool is_masked);

/// Kills every descendant of this process once; those that are created meanwhile are left to the
/// next round.
void martlet_kill_descendants(void);
