// Restricts a confined program by Landlock (landlock(7)).
#define _GNU_SOURCE
#include "confined.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The UAPI headers of the oldest system that we build on lack these.
enum {
    RULE_BENEATH = 1,
    ASK_VERSION = 1,
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_FOLDER = 1 << 3,
    REMOVE_TO_MAKE = 0x1FF0, // bits 4 to 12: remove and make entries of folders
    REFER = 1 << 13,         // since version 2
    TRUNCATE = 1 << 14,      // since version 3
    CONTROL_DEVICE = 1 << 15, // since version 5
    SCOPES = 3               // abstract sockets and signals, since version 6
};

struct rules {
    uint64_t files, network, scopes;
};

struct path_rule {
    uint64_t access;
    int32_t parent;
} __attribute__((packed));

int martlet_landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
    return version < 0 ? 0 : (int)version;
}

// Links are skipped: their target has its own path.
static int allow(int rules, const char *path, uint64_t access) {
    int file = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    // A path that does not exist, or that we may not open, needs no rule.
    if (file < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -1;
    struct stat status;
    int result = -1;
    if (fstat(file, &status) == 0) {
        if (!S_ISDIR(status.st_mode)) access &= WRITE_FILE | READ_FILE | TRUNCATE | CONTROL_DEVICE;
        struct path_rule rule = {access, file};
        bool is_passed = S_ISLNK(status.st_mode) || access == 0;
        result = is_passed ? 0
                           : (int)syscall(SYS_landlock_add_rule, rules, RULE_BENEATH, &rule, 0);
    }
    int code = errno;
    close(file);
    errno = code;
    return result;
}

static int allow_all(int rules, char *const *paths, uint64_t access) {
    for (; *paths; paths++) {
        char *whole = martlet_resolve(*paths);
        int result = whole ? allow(rules, whole, access) : 0;
        free(whole);
        if (result != 0) return -1;
    }
    return 0;
}

// MARK: reading, where nothing is masked

// Whether one path is in the folder of another.
static bool is_below(const char *path, const char *folder) {
    return strcmp(path, folder) != 0 && martlet_is_within(path, folder);
}

// Allows reading of all that is below a folder, except hidden paths below `start`. A folder on the
// way to a hidden path cannot be listed, since that right would extend to it.
static int allow_reading(
    int rules, const char *path, const char *start, char *const *hidden, uint64_t access) {
    bool holds = false;
    for (char *const *one = hidden; *one; one++) {
        if (!is_below(*one, start)) continue;
        if (martlet_is_within(path, *one)) return 0;
        holds |= is_below(*one, path);
    }
    if (!holds) return allow(rules, path, access);
    DIR *folder = opendir(path);
    if (!folder) return 0;
    int result = 0;
    struct dirent *entry;
    while (result == 0 && (entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char *child = NULL;
        if (entry->d_type == DT_LNK) continue;
        if (asprintf(&child, "%s/%s", strcmp(path, "/") ? path : "", entry->d_name) < 0) {
            result = -1;
            break;
        }
        result = allow_reading(rules, child, start, hidden, access);
        free(child);
    }
    closedir(folder);
    return result;
}

// Whether a writable path contains a hidden one, which would then be writable, too.
static bool is_open(char *const *writable, char *const *hidden) {
    for (; *writable; writable++) {
        char *whole = martlet_resolve(*writable);
        bool holds = false;
        for (char *const *one = hidden; whole && *one; one++) {
            holds |= is_below(*one, whole);
        }
        free(whole);
        if (holds) return true;
    }
    return false;
}

static int restrict_reading(int rules, const struct program *program) {
    size_t count = 0;
    while (program->lists[MARTLET_HIDDEN][count]) count++;
    char **hidden = calloc(count + 2, sizeof *hidden);
    if (!hidden) return -1;
    size_t found = 0;
    hidden[found++] = strdup(DEVICE_FOLDER);
    for (size_t index = 0; index < count; index++) {
        char *whole = martlet_resolve(program->lists[MARTLET_HIDDEN][index]);
        if (whole) hidden[found++] = whole;
    }
    const uint64_t access = READ_FILE | READ_FOLDER;
    bool overlaps = is_open(program->lists[MARTLET_WRITABLE], hidden);
    int result = overlaps ? -1 : allow_reading(rules, "/", "/", hidden, access);
    for (char **one = program->lists[MARTLET_READABLE]; result == 0 && *one; one++) {
        char *whole = martlet_resolve(*one);
        if (whole) result = allow_reading(rules, whole, whole, hidden, access);
        free(whole);
    }
    int code = overlaps ? EOPNOTSUPP : errno;
    for (size_t index = 0; index < found; index++) free(hidden[index]);
    free(hidden);
    errno = code;
    if (result != 0) return -1;
    char *name[2] = {program->lists[MARTLET_ARGUMENTS][0], NULL};
    if (strchr(name[0], '/') && allow_all(rules, name, READ_FILE) != 0) return -1;
    return allow_all(rules, program->lists[MARTLET_WRITABLE], access);
}

int martlet_restrict(const struct program *program, bool is_masked) {
    int version = program->limits.uses_landlock ? martlet_landlock_version() : 0;
    if (version == 0) return 0;
    uint64_t writing = WRITE_FILE | REMOVE_TO_MAKE;
    if (version >= 2) writing |= REFER;
    if (version >= 3) writing |= TRUNCATE;
    const uint64_t control = version >= 5 ? CONTROL_DEVICE : 0;
    const uint64_t reading = is_masked ? 0 : READ_FILE | READ_FOLDER;
    struct rules wanted = {
        writing | control | reading, 0, version >= 6 ? SCOPES : 0};
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &wanted, size, 0);
    if (rules < 0) return -1;
    const uint64_t device = WRITE_FILE | control | reading;
    int result = allow_all(rules, (char *const *)martlet_common_devices, device);
    if (result == 0) result = allow_all(rules, program->lists[MARTLET_DEVICES], device);
    if (result == 0) result = allow_all(rules, program->lists[MARTLET_WRITABLE], writing);
    if (result == 0 && !is_masked) result = restrict_reading(rules, program);
    if (result == 0) result = (int)syscall(SYS_landlock_restrict_self, rules, 0);
    int code = errno;
    close(rules);
    errno = code;
    return result == 0 ? 1 : -1;
}
