#define _GNU_SOURCE
#include "CLinux.h"

#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

int martlet_assume_user(const char *name, uint32_t user, uint32_t group) {
    // The real identity changes too, since access(2) checks by that; the saved one is the way back.
    if (initgroups(name, group) == -1 || setresgid(group, group, 0) == -1) {
        return -1;
    }
    return setresuid(user, user, 0);
}

int martlet_resume_root(void) {
    if (setresuid(0, 0, 0) == -1 || setresgid(0, 0, 0) == -1) {
        return -1;
    }
    return setgroups(0, NULL);
}

int martlet_limit_priority(uint64_t priority) {
    const struct rlimit limit = {.rlim_cur = priority, .rlim_max = priority};
    return setrlimit(RLIMIT_RTPRIO, &limit);
}

int martlet_limit_locked_memory(uint64_t bytes) {
    const rlim_t value = bytes == UINT64_MAX ? RLIM_INFINITY : bytes;
    const struct rlimit limit = {.rlim_cur = value, .rlim_max = value};
    return setrlimit(RLIMIT_MEMLOCK, &limit);
}
