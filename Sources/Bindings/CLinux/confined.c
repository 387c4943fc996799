// Starts a program with no more rights than it needs: see Confinement.swift for which.
//
// Two processes are created. The first, the warden (warden.c), is this executable again, with only
// the program's description in its memory: it is the init process of its own PID name space if the
// kernel allows one, else a subreaper, so that every process that the program starts ends with it,
// however it hides. The second becomes the program. Between fork and exec only async-signal-safe
// calls are made, and system calls in place of C library functions that refer to threads which no
// longer exist.
#define _GNU_SOURCE
#include "confined.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn void martlet_fail_launch(int launch, int stage) {
    struct failure failure = {stage, errno};
    while (write(launch, &failure, sizeof failure) < 0 && errno == EINTR) {
    }
    _exit(127);
}

void martlet_close_range(unsigned first, unsigned last) {
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0) return;
    for (unsigned descriptor = first; descriptor <= last && descriptor < 4096; descriptor++) {
        close((int)descriptor);
    }
}

pid_t martlet_split(unsigned long flags) {
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

// MARK: the description

// Writes the limits, the counts and the zero-terminated texts to a file; returns it, or -1 and
// errno.
static int describe(const martlet_confined *program) {
    size_t count = 0;
    for (int list = 0; list < MARTLET_LISTS; list++) count += program->counts[list];
    size_t length = sizeof program->limits + sizeof program->counts;
    for (size_t index = 0; index < count; index++) length += strlen(program->texts[index]) + 1;
    int file = memfd_create("martlet-program", MFD_CLOEXEC);
    if (file < 0) return -1;
    char *memory = MAP_FAILED;
    if (ftruncate(file, (off_t)length) == 0) {
        memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    if (memory == MAP_FAILED) {
        int code = errno;
        close(file);
        errno = code;
        return -1;
    }
    char *end = mempcpy(memory, &program->limits, sizeof program->limits);
    end = mempcpy(end, program->counts, sizeof program->counts);
    for (size_t index = 0; index < count; index++) {
        end = mempcpy(end, program->texts[index], strlen(program->texts[index]) + 1);
    }
    munmap(memory, length);
    return file;
}

// MARK: the warden's start

static bool write_text(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return false;
    bool is_written = write(file, text, strlen(text)) == (ssize_t)strlen(text);
    close(file);
    return is_written;
}

// "ID ID 1", without the C library's printing.
static void map_text(char *text, unsigned id) {
    char digits[12];
    int count = 0;
    do {
        digits[count++] = (char)('0' + id % 10);
        id /= 10;
    } while (id > 0);
    for (int copy = 0; copy < 2; copy++) {
        for (int index = count; index > 0;) *text++ = digits[--index];
        *text++ = ' ';
    }
    strcpy(text, "1");
}

static bool map_ids(uid_t user, gid_t group) {
    char text[40];
    if (!write_text("/proc/self/setgroups", "deny")) return false;
    map_text(text, user);
    if (!write_text("/proc/self/uid_map", text)) return false;
    map_text(text, group);
    return write_text("/proc/self/gid_map", text);
}

// Keeps our capabilities in a user name space through exec, which otherwise leaves them only to
// root.
static void keep_rights(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct rights[2];
    if (syscall(SYS_capget, &header, rights) != 0) return;
    for (int half = 0; half < 2; half++) rights[half].inheritable = rights[half].permitted;
    if (syscall(SYS_capset, &header, rights) != 0) return;
    for (int capability = 0; capability < 64; capability++) {
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
    }
}

// The variables that a warden keeps: those for the loader and for sanitizers. Others may hold our
// key.
enum { WARDEN_VARIABLES = 16 };

static void choose_variables(char **chosen) {
    int count = 0;
    for (char **variable = environ; *variable && count < WARDEN_VARIABLES; variable++) {
        const char *end = strchr(*variable, '=');
        bool is_loader = strncmp(*variable, "LD_", 3) == 0;
        bool is_sanitizer =
            end && end - *variable > 8 && strncmp(end - 8, "_OPTIONS", 8) == 0;
        if (is_loader || is_sanitizer) chosen[count++] = *variable;
    }
    chosen[count] = NULL;
}

// Runs in the child: becomes the warden, with only its own descriptors.
static _Noreturn void become_warden(const int *descriptors, const char *spaces, char **variables) {
    int launch = descriptors[LAUNCH_PLACE];
    int high[PLACES];
    for (int place = 0; place < PLACES; place++) {
        // Above the descriptors in use now.
        high[place] = fcntl(descriptors[place], F_DUPFD_CLOEXEC, 16);
        if (high[place] < 0) martlet_fail_launch(launch, MARTLET_STAGE_STREAMS);
    }
    launch = high[LAUNCH_PLACE];
    for (int place = 0; place < PLACES; place++) {
        if (dup2(high[place], place) < 0) martlet_fail_launch(launch, MARTLET_STAGE_STREAMS);
    }
    martlet_close_range(PLACES, ~0u);
    char *arguments[] = {WARDEN_NAME, (char *)spaces, NULL};
    execve("/proc/self/exe", arguments, variables);
    martlet_fail_launch(LAUNCH_PLACE, MARTLET_STAGE_WARDEN);
}

// One try with these name spaces; -1 and errno when the kernel does not grant them.
static pid_t try_warden(const int *descriptors, const char *spaces, char **variables) {
    uid_t user = geteuid();
    gid_t group = getegid();
    unsigned long flags = 0;
    if (strchr(spaces, HAS_PROCESSES)) flags |= CLONE_NEWPID;
    if (strchr(spaces, HAS_MOUNTS)) flags |= CLONE_NEWNS;
    // Root needs no user name space, and would lose rights to files in one.
    bool is_mapped = flags != 0 && user != 0;
    if (is_mapped) flags |= CLONE_NEWUSER;
    int gate[2];
    if (pipe2(gate, O_CLOEXEC) != 0) return -1;
    pid_t warden = martlet_split(flags);
    if (warden == 0) {
        if (is_mapped && !map_ids(user, group)) _exit(127);
        if (is_mapped) keep_rights();
        ssize_t ignored = write(gate[1], "", 1);
        (void)ignored;
        become_warden(descriptors, spaces, variables);
    }
    int code = errno;
    char ready;
    close(gate[1]);
    bool is_ready = warden > 0 && read(gate[0], &ready, 1) == 1;
    close(gate[0]);
    if (is_ready) return warden;
    if (warden > 0) {
        while (waitpid(warden, NULL, 0) < 0 && errno == EINTR) {
        }
        code = EPERM;
    }
    errno = code;
    return -1;
}

static pid_t start_warden(const martlet_confined *program, const int *descriptors) {
    // A service may be forbidden to create name spaces: for mounts, or for processes too.
    static const char *const tries[] = {"pm", "p", ""};
    char *variables[WARDEN_VARIABLES + 1];
    choose_variables(variables);
    pid_t warden = -1;
    for (int index = program->limits.uses_name_space ? 0 : 2; warden < 0 && index < 3; index++) {
        warden = try_warden(descriptors, tries[index], variables);
    }
    return warden;
}

int martlet_spawn_confined(
    const martlet_confined *program, pid_t *warden, int *report, int *failed_stage) {
    *failed_stage = MARTLET_STAGE_SPLIT;
    int launch[2], reports[2];
    if (pipe2(launch, O_CLOEXEC) != 0) return errno;
    int description = pipe2(reports, O_CLOEXEC) == 0 ? describe(program) : -2;
    if (description < 0) {
        int code = errno;
        close(launch[0]);
        close(launch[1]);
        if (description == -1) {
            close(reports[0]);
            close(reports[1]);
        }
        return code;
    }
    int descriptors[PLACES] = {program->input, program->output, program->error, description,
                               launch[1], reports[1]};
    // So that none of our signal handlers runs in the child.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t process = start_warden(program, descriptors);
    int code = process < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(description);
    close(launch[1]);
    close(reports[1]);
    struct failure failure = {0, 0};
    if (process >= 0) {
        ssize_t taken;
        while ((taken = read(launch[0], &failure, sizeof failure)) < 0 && errno == EINTR) {
        }
        if (taken == sizeof failure) {
            *failed_stage = failure.stage;
            code = failure.code;
            kill(process, SIGUSR1);
            while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {
            }
        }
    }
    close(launch[0]);
    if (code != 0) {
        close(reports[0]);
        return code;
    }
    *warden = process;
    *report = reports[0];
    return 0;
}

bool martlet_can_mount(void) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    uid_t user = geteuid();
    gid_t group = getegid();
    pid_t child = martlet_split(CLONE_NEWNS | (user == 0 ? 0 : CLONE_NEWUSER));
    if (child == 0) {
        bool can = user == 0 || map_ids(user, group);
        _exit(can && martlet_try_mount() ? 0 : 1);
    }
    int status = 1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return child > 0 && status == 0;
}
