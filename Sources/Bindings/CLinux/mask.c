// Makes the view of a confined program in its own mount name space: an empty folder or a closed
// file in place of each hidden path, and only the named paths writable.
#define _GNU_SOURCE
#include "confined.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Calls and numbers of mount_setattr(2), open_tree(2) and move_mount(2), which the C library of the
// oldest system that we build on lacks.
enum {
    TREE_CLONE = 1,
    TREE_RECURSIVE = 0x8000,
    MOVE_FROM_EMPTY_PATH = 4,
    ATTRIBUTE_READ_ONLY = 1,
    ATTRIBUTE_NO_DEVICES = 4
};

struct attributes {
    uint64_t set, clear, propagation, name_space;
};

const char *const martlet_common_devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                              "/dev/random", "/dev/urandom", "/dev/tty",
                                              NULL};

static int copy_tree(const char *path) {
    return (int)syscall(
        SYS_open_tree, AT_FDCWD, path, TREE_CLONE | TREE_RECURSIVE | O_CLOEXEC);
}

static bool set_attributes(int file, const char *path, int flags, uint64_t attributes) {
    struct attributes wanted = {attributes, 0, 0, 0};
    return syscall(SYS_mount_setattr, file, path, flags, &wanted, sizeof wanted) == 0;
}

// MARK: paths

char *martlet_resolve(const char *path) {
    char *found = realpath(path, NULL);
    if (found || errno != ENOENT) return found;
    const char *slash = strrchr(path, '/');
    if (!slash || slash[1] == 0) return NULL;
    char *folder = slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
    char *above = folder ? martlet_resolve(folder) : NULL;
    free(folder);
    char *whole = NULL;
    if (above && asprintf(&whole, "%s/%s", strcmp(above, "/") ? above : "", slash + 1) < 0) {
        whole = NULL;
    }
    free(above);
    return whole;
}

bool martlet_is_within(const char *path, const char *folder) {
    size_t length = strlen(folder);
    if (length == 1) return true;
    return strncmp(path, folder, length) == 0 && (path[length] == 0 || path[length] == '/');
}

// MARK: places

// A path over which something is mounted.
struct place {
    char *path;
    bool is_shown;
    // For a shown path: its tree before anything was hidden.
    int copy;
    bool is_folder;
    // For a hidden folder: the empty one over it, in which mount points are made.
    int mask;
};

struct places {
    struct place *all;
    size_t count, room;
};

static bool add(struct places *places, const char *path, bool is_shown, uint64_t attributes) {
    char *whole = martlet_resolve(path);
    // If we cannot find it, the program cannot either.
    if (!whole || strcmp(whole, "/") == 0) return true;
    struct stat status;
    struct place place = {whole, is_shown, -1, false, -1};
    if (stat(whole, &status) != 0) return true;
    place.is_folder = S_ISDIR(status.st_mode);
    if (is_shown) {
        place.copy = copy_tree(whole);
        if (place.copy < 0) return false;
        if (attributes != 0
            && !set_attributes(place.copy, "", AT_EMPTY_PATH | TREE_RECURSIVE, attributes)) {
            return false;
        }
    }
    if (places->count == places->room) {
        places->room = places->room * 2 + 16;
        places->all = reallocarray(places->all, places->room, sizeof place);
        if (!places->all) return false;
    }
    places->all[places->count++] = place;
    return true;
}

static bool add_all(
    struct places *places, char *const *paths, bool is_shown, uint64_t attributes) {
    for (; *paths; paths++) {
        if (!add(places, *paths, is_shown, attributes)) return false;
    }
    return true;
}

// From the root down; at the same path a shown one is mounted over a hidden one.
static int compare(const void *one, const void *other) {
    const struct place *first = one, *second = other;
    size_t lengths[2] = {strlen(first->path), strlen(second->path)};
    if (lengths[0] != lengths[1]) return lengths[0] < lengths[1] ? -1 : 1;
    return first->is_shown - second->is_shown;
}

// Shows the program itself if a folder around it is hidden.
static bool add_own(struct places *places, const struct program *program, const char *path) {
    char *whole = martlet_resolve(path);
    bool is_inside = false;
    for (char *const *hidden = program->lists[MARTLET_HIDDEN]; whole && *hidden; hidden++) {
        char *folder = martlet_resolve(*hidden);
        is_inside |= folder && strcmp(folder, whole) != 0 && martlet_is_within(whole, folder);
        free(folder);
    }
    free(whole);
    return !is_inside || add(places, path, true, ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_DEVICES);
}

static bool collect(struct places *places, const struct program *program) {
    char *const *const *lists = (char *const *const *)program->lists;
    const char *name = lists[MARTLET_ARGUMENTS][0];
    return add(places, DEVICE_FOLDER, false, 0)
        && add_all(places, lists[MARTLET_HIDDEN], false, 0)
        && add_all(places, (char *const *)martlet_common_devices, true, 0)
        && add_all(places, lists[MARTLET_DEVICES], true, 0)
        && add_all(
               places, lists[MARTLET_READABLE], true, ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_DEVICES)
        && (!strchr(name, '/') || add_own(places, program, name))
        && add_all(places, lists[MARTLET_WRITABLE], true, ATTRIBUTE_NO_DEVICES);
}

// MARK: masking

// Only root, and not the program, can create entries in it; nobody can list it.
#define EMPTY_FOLDER "size=64k,nr_inodes=1k,mode=0111"
#define CLOSED_FILE DEVICE_FOLDER "/.closed"

static bool hide(struct place *place) {
    if (!place->is_folder) {
        // Another mask may already hide it.
        return access(place->path, F_OK) != 0
            || (mount(CLOSED_FILE, place->path, NULL, MS_BIND, NULL) == 0
                && set_attributes(AT_FDCWD, place->path, 0, ATTRIBUTE_READ_ONLY));
    }
    if (access(place->path, F_OK) != 0) return true;
    unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("martlet", place->path, "tmpfs", flags, EMPTY_FOLDER) != 0) return false;
    place->mask = open(place->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return place->mask >= 0;
}

// Makes the mount point for a copy, and the folders on the way to it, in an empty folder.
static void make_target(const struct place *place) {
    char *path = strdup(place->path);
    for (char *slash = path ? strchr(path + 1, '/') : NULL; slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (access(path, F_OK) != 0) mkdir(path, 0111);
        *slash = '/';
    }
    if (path && access(path, F_OK) != 0) {
        if (place->is_folder) mkdir(path, 0111);
        else close(open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0));
    }
    free(path);
}

static bool show(const struct place *place) {
    make_target(place);
    return syscall(
               SYS_move_mount, place->copy, "", AT_FDCWD, place->path, MOVE_FROM_EMPTY_PATH)
        == 0;
}

static bool make_common_links(void) {
    static const char *const links[][2] = {
        {"/proc/self/fd", "fd"},
        {"/proc/self/fd/0", "stdin"},
        {"/proc/self/fd/1", "stdout"},
        {"/proc/self/fd/2", "stderr"}};
    char path[64];
    for (size_t index = 0; index < sizeof links / sizeof links[0]; index++) {
        snprintf(path, sizeof path, DEVICE_FOLDER "/%s", links[index][1]);
        if (symlink(links[index][0], path) != 0) return false;
    }
    int file = open(CLOSED_FILE, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0);
    if (file < 0) return false;
    close(file);
    return true;
}

static bool lay(struct places *places) {
    // First the mask of the devices, which holds the closed file that is mounted over files.
    for (size_t index = 0; index < places->count; index++) {
        struct place *place = &places->all[index];
        if (strcmp(place->path, DEVICE_FOLDER) != 0 || place->is_shown) continue;
        if (!hide(place) || !make_common_links()) return false;
        break;
    }
    qsort(places->all, places->count, sizeof *places->all, compare);
    for (size_t index = 0; index < places->count; index++) {
        struct place *place = &places->all[index];
        if (place->mask >= 0) continue;
        if (!(place->is_shown ? show(place) : hide(place))) return false;
    }
    for (size_t index = 0; index < places->count; index++) {
        int mask = places->all[index].mask;
        if (mask < 0) continue;
        if (!set_attributes(mask, "", AT_EMPTY_PATH, ATTRIBUTE_READ_ONLY)) return false;
    }
    return true;
}

bool martlet_mask(const struct program *program, bool has_processes) {
    // Mounts of others remain visible here; our mounts are visible to nobody else.
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) return false;
    struct places places = {NULL, 0, 0};
    if (!collect(&places, program)) return false;
    // Show the program only its own processes. If the system does not allow that, it sees that
    // others exist, but can read nothing of them that matters.
    if (has_processes) {
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    }
    if (!set_attributes(
            AT_FDCWD, "/", TREE_RECURSIVE, ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_DEVICES)) {
        return false;
    }
    return lay(&places);
}

bool martlet_try_mount(void) {
    return mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0
        && mount("martlet", DEVICE_FOLDER, "tmpfs", MS_NOSUID | MS_NODEV, EMPTY_FOLDER) == 0
        && set_attributes(AT_FDCWD, "/", TREE_RECURSIVE, ATTRIBUTE_READ_ONLY);
}
