// Finds all descendants of a process in /proc: for a warden without a name space.
#define _GNU_SOURCE
#include "confined.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// All processes with their parents; those that do not fit are found in the next round.
enum { TABLE_LENGTH = 4096 };
static struct {
    pid_t process, parent;
    bool is_ours;
} table[TABLE_LENGTH];

static pid_t number(const char *text) {
    pid_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++) value = value * 10 + (*text - '0');
    return *text == 0 || *text == ' ' ? value : 0;
}

static pid_t parent_of(const char *name) {
    char path[64] = "/proc/";
    strncat(path, name, 16);
    strcat(path, "/stat");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[512];
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return 0;
    text[count] = 0;
    // The name in brackets may contain anything; the state and the parent follow the last bracket.
    char *end = strrchr(text, ')');
    if (!end || strlen(end) < 5) return 0;
    char *parent = end + 4;
    parent[strcspn(parent, " ")] = 0;
    return number(parent);
}

struct folder_entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

static int read_table(void) {
    int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return 0;
    int count = 0;
    char buffer[4096] __attribute__((aligned(8)));
    long taken;
    while ((taken = syscall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0) {
        for (long place = 0; place < taken;) {
            struct folder_entry *entry = (struct folder_entry *)(buffer + place);
            place += entry->length;
            pid_t process = number(entry->name);
            if (process <= 0 || count == TABLE_LENGTH) continue;
            table[count].process = process;
            table[count].parent = parent_of(entry->name);
            table[count++].is_ours = false;
        }
    }
    close(folder);
    return count;
}

void martlet_kill_descendants(void) {
    pid_t self = getpid();
    int count = read_table();
    bool grows = true;
    while (grows) {
        grows = false;
        for (int index = 0; index < count; index++) {
            if (table[index].is_ours) continue;
            bool is_ours = table[index].parent == self;
            for (int other = 0; !is_ours && other < count; other++) {
                is_ours = table[other].is_ours && table[other].process == table[index].parent;
            }
            if (is_ours) table[index].is_ours = grows = true;
        }
    }
    const struct rlimit none = {0, 0};
    for (int index = 0; index < count; index++) {
        if (!table[index].is_ours) continue;
        // First prevent it from creating more.
        syscall(SYS_prlimit64, table[index].process, RLIMIT_NPROC, &none, NULL);
        kill(table[index].process, SIGKILL);
    }
}
